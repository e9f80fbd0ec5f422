using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Marts;

/// <summary>One traffic, two engines, the same figures.</summary>
public sealed class AcrossEnginesTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Both_engines_say_the_same(int seed)
    {
        var reads = new List<MartsRead>();
        var (by, traffic) = (new Random(seed), new HostileTraffic(seed, new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc)));
        foreach (var engine in new MartsContract[] { new DuckDbMartsTests(), new PostgresMartsTests(postgres) })
        {
            await using var database = await engine.NewAsync();
            using var worker = new TrafficLoad("vkyc.raw");
            foreach (var batch in TrafficLoad.Cut(traffic.Shuffled(by), by))
                await worker.LoadAsync(database.Warehouse, batch, MartsContract.Token);
            reads.Add(await database.RefreshAndReadAsync());
        }

        // Their clocks are a moment apart, and nothing of this traffic is so young that it shows, but for its age.
        reads[1].AssertSame(reads[0], $"{traffic}, DuckDB (-) and PostgreSQL (+)", Cells.LastChangedAt, "lag_seconds");
    }
}
