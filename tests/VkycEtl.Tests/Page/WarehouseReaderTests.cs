using Microsoft.Extensions.Logging.Abstractions;
using VkycEtl.Page;
using VkycEtl.Page.Query;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Tests.Page;

/// <summary>How many read the warehouse at once, and that none of them keeps the others out.</summary>
public sealed class WarehouseReaderTests
{
    private static readonly SqlText Count = new("SELECT count(*) FROM vkyc.events");
    private static readonly Dictionary<string, object?> NoValues = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Downloads_that_nobody_takes_keep_no_figure_waiting()
    {
        await using var page = await TestPage.StartAsync();
        using var reader = new WarehouseReader(new PageSource(page.Warehouse, new ReportingOptions(), "vkyc.raw", Worker: null), NullLogger<WarehouseReader>.Instance);
        var taken = new TaskCompletionSource();
        var downloads = Enumerable.Range(0, 4).Select(_ => Download()).ToList();
        await Task.WhenAll(downloads.Select(download => download.Begun));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(0L, (await reader.ReadAsync(Count, NoValues, Token)).Values[0][0]);
            Assert.Equal(0L, (await reader.ReadFigureAsync(Count, NoValues, Token)).Values[0][0]);
        }

        var refused = await Assert.ThrowsAsync<PageFault>(() => Download().Done);
        Assert.Equal(503, refused.Status);
        Assert.Equal("too much is asked for at once: try again in a moment", refused.Message);

        taken.SetResult();
        await Task.WhenAll(downloads.Select(download => download.Done));
        taken = new TaskCompletionSource();
        taken.SetResult();
        await Download().Done;

        (Task Begun, Task Done) Download()
        {
            var begun = new TaskCompletionSource();
            var done = reader.DownloadAsync(
                Count,
                NoValues,
                async (_, noHurry, _) =>
                {
                    noHurry();
                    begun.SetResult();
                    await taken.Task;
                },
                Token);
            return (begun.Task, done);
        }
    }
}
