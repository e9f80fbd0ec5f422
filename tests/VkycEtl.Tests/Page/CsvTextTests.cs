using System.Text;
using VkycEtl.Page.Query;

namespace VkycEtl.Tests.Page;

/// <summary>CSV that a spreadsheet reads as it is meant.</summary>
public sealed class CsvTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData(" a", "\" a\"")]
    [InlineData("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"")]
    public void A_text(string text, string cell) => Assert.Equal(cell, CsvText.Cell(text));

    [Fact]
    public void A_line()
    {
        var csv = new StringBuilder(CsvText.Begin);
        CsvText.AppendLine(csv, [null, -1L, 0.5, true, new DateOnly(2026, 3, 1), new DateTime(2026, 3, 1, 4, 5, 6, DateTimeKind.Utc).AddTicks(1_234_560), null]);
        Assert.Equal("\uFEFF,-1,0.5,true,2026-03-01,2026-03-01T04:05:06.123456Z,\r\n", csv.ToString());
    }
}
