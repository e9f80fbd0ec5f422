using CsCheck;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.ServerTests.Marts;

/// <summary>What the derived tables and views promise on every engine. One subclass an engine runs it all.</summary>
public abstract partial class MartsContract
{
    /// <summary>Columns that depend on the clock too: two reads, a moment apart, may differ in them.</summary>
    private static readonly string[] ClockColumns =
        ["moving", "matured", "approved_within_sla", "rate", "open_stale", "started_before", "started_in_slot", "started_after", "no_show", "complete", "lag_seconds"];

    private static readonly string[] Zones = ["Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "UTC"];

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_an_empty_warehouse_there_is_nothing_but_today()
    {
        await using var database = await NewAsync();
        (await database.ReadAsync()).AssertPlain("empty");
        Assert.Equal(0, await database.Warehouse.Marts.RefreshAllAsync(Token));
        (await database.RebuildAndReadAsync()).AssertPlain("empty, rebuilt");
    }

    [Fact]
    public Task Any_traffic_in_any_order_gives_what_the_plain_reference_says() => Gen.Int[0, int.MaxValue].SampleAsync(
        async seed =>
        {
            var (by, traffic) = (new Random(seed), new HostileTraffic(seed, Now()));
            var reporting = new ReportingOptions { TimeZone = Zones[by.Next(Zones.Length)] };
            await using var atOnce = await NewAsync(reporting);
            using (var worker = new TrafficLoad("vkyc.raw"))
                await worker.LoadAsync(atOnce.Warehouse, traffic.Deliveries, Token);
            var whole = await atOnce.RefreshAndReadAsync();
            whole.AssertPlain($"{traffic}, at once");

            await using var cut = await NewAsync(reporting);
            using (var worker = new TrafficLoad("vkyc.raw"))
            {
                var before = await cut.ReadAsync();
                foreach (var batch in TrafficLoad.Cut(traffic.Shuffled(by), by))
                {
                    await worker.LoadAsync(cut.Warehouse, batch, Token);
                    if (by.Next(3) == 0)
                        await cut.Warehouse.Marts.RefreshAllAsync(Token);
                    if (by.Next(8) != 0)
                        continue;
                    var after = await cut.RefreshAndReadAsync();
                    after.AssertPlain($"{traffic}, on the way");
                    after.AssertChangedSince(before, $"{traffic}, on the way");
                    before = after;
                }
            }

            var stepwise = await cut.RefreshAndReadAsync();
            stepwise.AssertPlain($"{traffic}, cut and shuffled");
            stepwise.AssertSame(whole, $"{traffic}, another order", [Cells.LastChangedAt, .. ClockColumns]);
            var rebuilt = await cut.RebuildAndReadAsync();
            rebuilt.AssertPlain($"{traffic}, rebuilt");
            rebuilt.AssertSame(stepwise, $"{traffic}, rebuilt", ClockColumns);
        },
        iter: 5,
        threads: 1);

    internal abstract Task<WarehouseOptions> NewOptionsAsync();

    internal async Task<MartsDatabase> NewAsync(ReportingOptions? reporting = null) => await MartsDatabase.CreateAsync(await NewOptionsAsync(), reporting ?? new());

    /// <summary>Now, in whole microseconds.</summary>
    private static DateTime Now() => TimeProvider.System.UtcMicroseconds();
}
