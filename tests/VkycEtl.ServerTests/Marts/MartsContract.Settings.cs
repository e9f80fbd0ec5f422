using System.Text.Json.Nodes;
using VkycEtl.Pipeline.Load;
using VkycEtl.ServerTests.Marts.Plain;

namespace VkycEtl.ServerTests.Marts;

public abstract partial class MartsContract
{
    [Fact]
    public async Task Other_settings_are_other_figures_without_a_rebuild()
    {
        // A call and a slot of this morning, whatever the traffic is today: open, moving, missed, and not yet due by the settings as they come.
        var (now, traffic) = (Now(), new HostileTraffic(11, Now()));
        var slot = new JsonObject { ["start_time"] = HostileTraffic.Text(now.AddHours(-2)), ["end_time"] = HostileTraffic.Text(now.AddHours(-1)) };
        await using var database = await NewAsync();
        using (var worker = new TrafficLoad("vkyc.raw"))
        {
            await worker.LoadAsync(database.Warehouse, traffic.Deliveries, Token);
            await worker.LoadAsync(
                database.Warehouse,
                [
                    HostileTraffic.One("bank", "open", "o1", EventType.Started, now.AddHours(-3)),
                    HostileTraffic.One("bank", "open", "o2", EventType.Assigned, now.AddHours(-3)),
                    HostileTraffic.One("bank", "missed", "m1", EventType.Scheduled, now.AddHours(-3), slot),
                ],
                Token);
        }

        var before = await database.RefreshAndReadAsync();
        before.AssertPlain("as made");

        var thresholds = new ReportingOptions
        {
            Sla = TimeSpan.FromMinutes(61),
            NoShowGrace = TimeSpan.FromHours(30),
            StaleAfter = TimeSpan.FromMilliseconds(1),
            LapsedAfter = TimeSpan.FromMilliseconds(1),
        };
        await database.ChangeAsync(thresholds);
        var after = await database.ReadAsync();
        after.AssertPlain("other thresholds");
        foreach (var view in new[] { "funnel_daily", "sla_daily", "outcomes_daily", "slots_daily" })
            Assert.NotEqual(before[view].Sorted(), after[view].Sorted(), StringComparer.Ordinal);
        Assert.Equal("Asia/Kolkata|3660000|108000000|1|1", await database.ScalarAsync<string>("""
            SELECT concat_ws('|', zone, CAST(sla_seconds * 1000 AS bigint), CAST(no_show_grace_seconds * 1000 AS bigint),
                CAST(stale_after_seconds * 1000 AS bigint), CAST(lapsed_after_seconds * 1000 AS bigint))
            FROM vkyc.reporting
            """));

        foreach (var zone in new[] { "America/New_York", "Etc/GMT-14", "Etc/GMT+12", "UTC", "Asia/Kolkata" })
        {
            await database.ChangeAsync(new ReportingOptions { TimeZone = zone });
            (await database.ReadAsync()).AssertPlain(zone);
        }
    }

    [Fact]
    public async Task Freshness_tells_of_loads_queue_and_quarantine()
    {
        await using var database = await NewAsync();
        Assert.Equal("0|0", await database.ScalarAsync<string>(
            "SELECT concat_ws('|', last_received_at, last_loaded_at, last_event_time, lag_seconds, marts_behind_loads, quarantined_open) FROM vkyc.freshness"));

        using var worker = new TrafficLoad("vkyc.raw");
        await worker.LoadAsync(database.Warehouse, [HostileTraffic.One("bank", "t", "e", "VCIP_NEW", Now())], Token);
        await worker.LoadAsync(database.Warehouse, [new Delivered("[1]"u8.ToArray(), Now()), new Delivered("{}"u8.ToArray(), Now())], Token);
        const string Figures = "SELECT concat_ws('|', marts_behind_loads, quarantined_open, last_loaded_at >= (SELECT max(loaded_at) FROM vkyc.events)) FROM vkyc.freshness";
        Assert.Equal("2|2|t", (await database.ScalarAsync<string>(Figures)).Replace("true", "t", StringComparison.Ordinal));
        Assert.Equal(2, await database.Warehouse.Marts.RefreshAllAsync(Token));
        await database.ExecuteAsync("UPDATE vkyc_etl.quarantine SET resolution = 'replayed', resolved_at = now() WHERE reason_code = 'not_a_json_object'");
        Assert.Equal("0|1|t", (await database.ScalarAsync<string>(Figures)).Replace("true", "t", StringComparison.Ordinal));
    }
}
