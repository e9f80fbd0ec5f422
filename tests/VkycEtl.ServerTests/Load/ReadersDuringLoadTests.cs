using Dapper;
using Npgsql;
using VkycEtl.ServerTests.Delivery;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Load;

/// <summary>A BI tool's login that asks while the worker loads: never locked out, never shown less than before, and in the end shown everything.</summary>
public sealed class ReadersDuringLoadTests(SharedKafka shared, PostgresServer postgres)
{
    private static readonly string[] Questions =
    [
        "SELECT count(*) FROM vkyc.events", "SELECT count(*) FROM vkyc.call_started", "SELECT count(*) FROM vkyc.transactions", "SELECT count(*) FROM vkyc.call_attempts",
        "SELECT coalesce(sum(entered), 0)::bigint FROM vkyc.funnel_daily WHERE cohort = 'any' AND stage_no = 0", "SELECT coalesce(sum(attempts), 0)::bigint FROM vkyc.outcomes_daily",
    ];

    [Fact]
    public async Task A_member_of_the_read_only_role_asks_during_a_load()
    {
        const int events = 3000;
        var (role, login) = ($"readers_{Guid.NewGuid():n}", $"metabase_{Guid.NewGuid():n}");
        var scenario = await Scenario.CreateAsync(shared, postgres);
        scenario.Settings["Warehouse:ReadOnlyRole"] = role;
        Assert.Equal(0, (await scenario.RunVerbAsync("migrate")).ExitCode);
        await scenario.ExecuteAsync($"CREATE ROLE {login} LOGIN PASSWORD 'secret'; GRANT {role} TO {login}; ALTER ROLE {login} SET lock_timeout = '2s'");
        await scenario.SendAsync(events);
        // Many loads, so that a reader who is slow to come finds it in the middle.
        await using (var worker = scenario.StartWorker(("Worker:BatchRows", "20")))
        {
            var member = new NpgsqlConnectionStringBuilder(scenario.Database) { Username = login, Password = "secret", Pooling = false }.ConnectionString;
            await using var reader = new NpgsqlConnection(member);
            await reader.OpenAsync(TestContext.Current.CancellationToken);
            var (seen, partial) = (new long[Questions.Length], 0);
            await Eventually.TrueAsync(
                async () =>
                {
                    for (var i = 0; i < Questions.Length; i++)
                    {
                        var answer = await reader.ExecuteScalarAsync<long>(Questions[i]);
                        Assert.True(answer >= seen[i], $"{Questions[i]}: {answer} after {seen[i]}");
                        seen[i] = answer;
                    }

                    partial += seen[0] is > 0 and < events ? 1 : 0;
                    return seen[0] == events && seen[3] == events;
                },
                "the reader sees all of it",
                TimeSpan.FromSeconds(120),
                () => $"{string.Join(' ', seen)} {worker.Output}");

            // STARTED events alone: each opens an attempt; six make a transaction.
            Assert.Equal([events, events, events / 6, events, events / 6, events], seen);
            Assert.True(partial > 0, "the reader never asked while the worker loaded");
            Assert.Equal(0, await worker.TerminateAsync());
        }

        await scenario.ExecuteAsync($"DROP OWNED BY {login}; DROP ROLE {login}; DROP OWNED BY {role}; DROP ROLE {role}");
    }
}
