using System.Data;
using DbUp.Builder;
using DbUp.Engine;
using DbUp.Engine.Transactions;
using DbUp.ScriptProviders;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>
/// DbUp with what it lacks: a hash a script, and DuckDB. A script and its journal row are one transaction. The lock against other
/// starts is the caller's.
/// </summary>
internal static class ScriptUpgrade
{
    /// <summary>The journal, made before the first script runs.</summary>
    public const string CreateJournal = """
        CREATE SCHEMA IF NOT EXISTS vkyc_etl;
        CREATE TABLE IF NOT EXISTS vkyc_etl.migrations (
            name text NOT NULL PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL);
        """;

    /// <summary>Runs scripts that are not in the journal.</summary>
    /// <exception cref="WarehouseUnfitException">A script failed; it has left nothing behind.</exception>
    public static void Run(Func<IDbConnection> connect, char parameterMark, IReadOnlyList<Script> scripts, TimeProvider clock)
    {
        var connections = new WholeScripts(connect) { TransactionMode = TransactionMode.TransactionPerScript };
        var journal = new Journal(connections, parameterMark, scripts, clock);
        var builder = new UpgradeEngineBuilder();
        builder.Configure(configuration =>
        {
            configuration.ConnectionManager = connections;
            configuration.Journal = journal;
            configuration.ScriptExecutor = new Executor(connections, journal);
            configuration.ScriptProviders.Add(new StaticScriptProvider(scripts.Select(script => new SqlScript(script.Name, script.Sql))));
        });
        var result = builder.Build().PerformUpgrade();
        if (!result.Successful)
            throw new WarehouseUnfitException($"Migration script {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error);
    }

    /// <summary>Both drivers take a whole script as one command.</summary>
    private sealed class WholeScripts(Func<IDbConnection> connect) : DatabaseConnectionManager(_ => connect())
    {
        public override IEnumerable<string> SplitScriptIntoCommands(string scriptContents) => [scriptContents];
    }

    private sealed class Journal(IConnectionManager connections, char parameterMark, IReadOnlyList<Script> scripts, TimeProvider clock) : IJournal
    {
        public string[] GetExecutedScripts() => connections.ExecuteCommandsWithManagedConnection(create =>
        {
            EnsureTableExistsAndIsLatestVersion(create);
            using var command = create();
            command.CommandText = "SELECT name FROM vkyc_etl.migrations";
            using var reader = command.ExecuteReader();
            var names = new List<string>();
            while (reader.Read())
                names.Add(reader.GetString(0));
            return names.ToArray();
        });

        public void StoreExecutedScript(SqlScript script, Func<IDbCommand> dbCommandFactory)
        {
            using var command = dbCommandFactory();
            command.CommandText = "INSERT INTO vkyc_etl.migrations (name, sha256, applied_at) VALUES (@name, @sha256, @now)".Replace('@', parameterMark);
            Add(command, "name", script.Name);
            Add(command, "sha256", scripts.Single(known => known.Name == script.Name).Sha256);
            Add(command, "now", clock.UtcMicroseconds());
            command.ExecuteNonQuery();
        }

        public void EnsureTableExistsAndIsLatestVersion(Func<IDbCommand> dbCommandFactory)
        {
            using var command = dbCommandFactory();
            command.CommandText = CreateJournal;
            command.ExecuteNonQuery();
        }

        private static void Add(IDbCommand command, string name, object value)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }
    }

    private sealed class Executor(IConnectionManager connections, Journal journal) : IScriptExecutor
    {
        public int? ExecutionTimeoutSeconds { get; set; }

        public void Execute(SqlScript script) => Execute(script, new Dictionary<string, string>(StringComparer.Ordinal));

        public void Execute(SqlScript script, IDictionary<string, string> variables) => connections.ExecuteCommandsWithManagedConnection(create =>
        {
            foreach (var statement in connections.SplitScriptIntoCommands(script.Contents))
            {
                using var command = create();
                command.CommandText = statement;
                command.ExecuteNonQuery();
            }

            journal.StoreExecutedScript(script, create);
        });

        public void VerifySchema()
        {
            // The journal's own statement makes the schema.
        }
    }
}
