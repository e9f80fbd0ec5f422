using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using VkycEtl.Page;

namespace VkycEtl.Tests.Page;

/// <summary>The page's own files as they are embedded: what is vendored is what was published, and our own part is small and has nothing inline.</summary>
public sealed partial class WebFolderTests
{
    private const string Folder = "web/";
    private const int MostBytes = 100_000;

    private static readonly string[] Names = [.. typeof(PageOptions).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => name[Folder.Length..])];

    [Fact]
    public void Vendored_files_have_their_checksums_and_their_licences()
    {
        var vendored = Names.Where(name => name.StartsWith("echarts.", StringComparison.Ordinal) && name != "echarts.sha256").Order(StringComparer.Ordinal).ToList();
        var listed = Text("echarts.sha256").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ")).ToDictionary(pair => pair[1], pair => pair[0], StringComparer.Ordinal);
        Assert.Equal(["echarts.LICENSE", "echarts.LICENSE-d3", "echarts.NOTICE", "echarts.common.min.js"], vendored);
        Assert.Equal(vendored, listed.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.All(vendored, name => Assert.Equal(listed[name], Convert.ToHexStringLower(SHA256.HashData(Bytes(name)))));
        Assert.Contains("Apache License", Text("echarts.LICENSE"), StringComparison.Ordinal);
    }

    [Fact]
    public void Our_own_part_is_under_100_kB_as_it_is_sent()
    {
        var sizes = Names.Where(name => !name.StartsWith("echarts.", StringComparison.Ordinal)).ToDictionary(name => name, Zipped, StringComparer.Ordinal);
        Assert.True(sizes.ContainsKey("page.html"));
        Assert.True(sizes.Values.Sum() < MostBytes, string.Join(", ", sizes.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size.Key} {size.Value}"))));
    }

    [Fact]
    public void Markup_has_no_script_style_or_handler_inline_and_names_no_other_origin()
    {
        var html = Text("page.html");
        Assert.Empty(Inline().Matches(html).Select(match => match.Value));
        foreach (var name in Names.Where(name => name.EndsWith(".js", StringComparison.Ordinal) && !name.StartsWith("echarts.", StringComparison.Ordinal)))
        {
            // Text of the data is only ever set as text.
            Assert.Empty(Unsafe().Matches(Text(name)).Select(match => $"{name}: {match.Value}"));
        }
    }

    private static byte[] Bytes(string name)
    {
        using var stream = typeof(PageOptions).Assembly.GetManifestResourceStream(Folder + name)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static string Text(string name) => System.Text.Encoding.UTF8.GetString(Bytes(name));

    private static long Zipped(string name)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Bytes(name));
        return zipped.Length;
    }

    [GeneratedRegex(@"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=""/)|https?://|javascript:", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Inline();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|setHTML|srcdoc|createContextualFragment", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Unsafe();
}
