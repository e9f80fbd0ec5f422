using System.Runtime.InteropServices;

namespace VkycEtl.Pipeline.Flatten;

/// <summary>What a token of the tape is. A key is followed by its value; the tape needs no end tokens.</summary>
internal enum JsonKind : byte
{
    Object,
    Array,
    Key,
    Text,
    Number,
    True,
    False,
    Null,
}

/// <summary>What is known of a token.</summary>
[Flags]
internal enum JsonMarks : byte
{
    None = 0,

    /// <summary>A key or text with escapes: its bytes are in the tape's own buffer, decoded.</summary>
    Decoded = 1,

    /// <summary>A key or text with U+0000 or a lone surrogate (there in the three bytes UTF-8 would give it).</summary>
    Odd = 2,

    /// <summary>A key that comes again later in the same object, which then counts.</summary>
    Repeated = 4,

    /// <summary>A key that the schema claims.</summary>
    Claimed = 8,
}

/// <summary>One token of a <see cref="JsonTape"/>: 16 bytes.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct JsonToken
{
    /// <summary>Where its bytes start: in the source, or in the tape's buffer where <see cref="JsonMarks.Decoded"/>.</summary>
    public int Start;

    /// <summary>How many bytes; of an object or array: how many members or items.</summary>
    public int Length;

    /// <summary>The token after it and all that belongs to it (for a key: after its value).</summary>
    public int Next;

    public JsonKind Kind;

    public JsonMarks Marks;

    public readonly bool Is(JsonMarks mark) => (Marks & mark) == mark;

    public readonly bool IsAny(JsonMarks marks) => (Marks & marks) != JsonMarks.None;
}
