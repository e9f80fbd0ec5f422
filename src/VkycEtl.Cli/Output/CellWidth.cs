using System.Globalization;
using System.Text;
using Spectre.Console;

namespace VkycEtl.Cli.Output;

/// <summary>Texts as a terminal shows them: how wide they are, cut to a width, and without what a terminal would obey.</summary>
internal static class CellWidth
{
    /// <summary>Columns that a text takes: two for CJK and emoji, none for combining marks.</summary>
    public static int Of(string text) => text.GetCellWidth();

    /// <summary>The text, or its beginning with an ellipsis where it is wider; what is one character to the eye is not cut in two.</summary>
    public static string Cut(string text, int width)
    {
        if (text.Length <= width / 2 || Of(text) <= width)
            return text;
        var cut = new StringBuilder();
        var taken = 0;
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            taken += Of(element);
            if (taken > width - 1)
                break;
            cut.Append(element);
        }

        return cut.Append('…').ToString();
    }

    /// <summary>
    /// A text on one line, without what a terminal would obey: control characters, line separators, marks that turn the writing direction, and halves
    /// of surrogate pairs are shown as escapes. Joiners stay: Indian scripts and emoji need them.
    /// </summary>
    public static string Visible(string text)
    {
        if (!text.Any(character => MustBeEscaped(character) || char.IsSurrogate(character)))
            return text;
        var visible = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                visible.Append(text[i++]).Append(text[i]);
            else if (MustBeEscaped(text[i]) || char.IsSurrogate(text[i]))
                visible.Append(Escape(text[i]));
            else
                visible.Append(text[i]);
        }

        return visible.ToString();
    }

    private static bool MustBeEscaped(char character) =>
        char.IsControl(character) || character is '\u2028' or '\u2029' or '\ufeff' or '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Escape(char character) => character switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
    };
}
