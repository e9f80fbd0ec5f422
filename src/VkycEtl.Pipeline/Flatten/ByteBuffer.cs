namespace VkycEtl.Pipeline.Flatten;

/// <summary>Bytes that grow and are used again for the next event.</summary>
internal sealed class ByteBuffer
{
    /// <summary>A buffer that one large event made larger than this goes with it.</summary>
    private const int KeptBytes = 1 << 20;

    private byte[] bytes = new byte[1024];

    public int Length { get; private set; }

    public byte[] Array => bytes;

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public ReadOnlySpan<byte> Slice(int start, int length) => bytes.AsSpan(start, length);

    public void Clear()
    {
        Length = 0;
        if (bytes.Length > KeptBytes)
            bytes = new byte[1024];
    }

    public void Append(byte value)
    {
        if (Length == bytes.Length)
            Grow(1);
        bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> values)
    {
        if (values.Length > bytes.Length - Length)
            Grow(values.Length);
        values.CopyTo(bytes.AsSpan(Length));
        Length += values.Length;
    }

    /// <summary>Room at the end, to be filled by the caller.</summary>
    public Span<byte> Reserve(int count)
    {
        if (count > bytes.Length - Length)
            Grow(count);
        Length += count;
        return bytes.AsSpan(Length - count, count);
    }

    private void Grow(int more) => System.Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + more));
}
