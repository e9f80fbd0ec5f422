using System.Globalization;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>Brings a warehouse to its scripts, schemas and settings, or says what is missing; the same on every engine.</summary>
public sealed class Migration
{
    private const string Cure = "Run `vkyc migrate`.";

    private readonly IWarehouseDdl ddl;
    private readonly ScriptSet scripts;
    private readonly ReportingOptions reporting;
    private readonly TimeProvider clock;

    internal Migration(IWarehouseDdl ddl, ScriptSet scripts, ReportingOptions reporting, TimeProvider clock)
    {
        this.ddl = ddl;
        this.scripts = scripts;
        this.reporting = reporting;
        this.clock = clock;
    }

    /// <summary>Brings the warehouse to these schemas. Idempotent; safe when several start at once.</summary>
    /// <returns>What was done, a line each; empty where nothing was to do.</returns>
    /// <exception cref="WarehouseUnfitException">What is deployed does not allow these schemas, or an applied script was edited; nothing was changed.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(SchemaSet schemas, CancellationToken cancellationToken)
    {
        await using var exclusive = await ddl.LockAsync(cancellationToken);
        await using var connection = await ddl.OpenAsync(cancellationToken);
        var plan = Plan(schemas, await WarehouseState.ReadAsync(ddl, connection, cancellationToken));
        var done = new List<string>();
        if (plan.Scripts.Count > 0)
        {
            await ddl.ApplyAsync(() => ScriptUpgrade.Run(ddl.Connect, ddl.ParameterMark, scripts.Scripts, clock), cancellationToken);
            done.AddRange(plan.Scripts.Select(script => $"applied {script.Name}"));

            // A script may have made relations: what follows rests on what is there now.
            plan = Plan(schemas, await WarehouseState.ReadAsync(ddl, connection, cancellationToken));
        }

        foreach (var change in plan.Changes)
            await ddl.ExecuteAsync(connection, change, cancellationToken);
        done.AddRange(Words(plan.Changes));
        return done;
    }

    /// <summary>Throws where scripts, columns, views or reporting settings are not what a program with these schemas needs; changes nothing.</summary>
    /// <exception cref="WarehouseUnfitException">With the cure: usually <c>vkyc migrate</c>.</exception>
    public async Task CheckAsync(SchemaSet schemas, CancellationToken cancellationToken)
    {
        await using var connection = await ddl.OpenAsync(cancellationToken);
        var state = await WarehouseState.ReadAsync(ddl, connection, cancellationToken);
        var pending = scripts.Pending(state.Journal);
        if (pending.Count > 0)
            throw new WarehouseUnfitException($"The warehouse lacks {string.Join(", ", pending.Select(script => script.Name))}. {Cure}");

        // A program whose schemas were all deployed once may go on, though newer ones are in force: columns and views are only ever added to.
        var known = state.History.Select(schema => schema.Version).ToHashSet(StringComparer.Ordinal);
        var unknown = schemas.Sources.Where(source => !known.Contains(source.Version)).ToList();
        if (unknown.Count > 0 || schemas.Sources.Count == 0)
            Refuse(SchemaComparison.Compare(schemas, state, ddl));

        // A comment that reads otherwise harms nobody.
        var plan = MigrationPlan.Make(schemas, reporting, scripts, state, ddl, clock.UtcMicroseconds());
        List<string> behind =
        [
            .. plan.Changes.Where(change => change.Kind == ChangeKind.Structure).Select(change => change.What),
            .. unknown.Select(source => $"record the schema of {source.Subject}"),
        ];
        if (behind.Count > 0)
            throw new WarehouseUnfitException($"The warehouse is behind the schemas; to be done: {string.Join(", ", behind)}. {Cure}");

        var differing = reporting.ToStored().Where(setting => state.Settings.GetValueOrDefault(setting.Name) != setting.Value)
            .Select(setting => $"{setting.Name} is {state.Settings.GetValueOrDefault(setting.Name) ?? "not set"} in the warehouse and {setting.Value} here").ToList();
        if (differing.Count > 0)
            throw new WarehouseUnfitException($"Reporting settings differ: {string.Join("; ", differing)}. Give every program the same settings, and then run `vkyc migrate`.");

        if (state.Grant != GrantState.Granted)
            throw new WarehouseUnfitException($"The read-only role may not read all of schema vkyc. {Cure}");
    }

    /// <summary>Holds schemas against what is deployed; changes nothing.</summary>
    /// <returns>Every reason why they cannot be deployed here, and whether anything is deployed yet.</returns>
    public async Task<(IReadOnlyList<SchemaFault> Faults, bool IsMigrated)> CompareAsync(SchemaSet schemas, CancellationToken cancellationToken)
    {
        await using var connection = await ddl.OpenAsync(cancellationToken);
        var state = await WarehouseState.ReadAsync(ddl, connection, cancellationToken);
        return (SchemaComparison.Compare(schemas, state, ddl), state.Journal.Count > 0);
    }

    /// <summary>What <see cref="RunAsync"/> would run now, as SQL; empty where it would do nothing. Changes nothing.</summary>
    /// <exception cref="WarehouseUnfitException">As there.</exception>
    public async Task<string> PrintAsync(SchemaSet schemas, CancellationToken cancellationToken)
    {
        await using var connection = await ddl.OpenAsync(cancellationToken);
        return MigrationText.Of(Plan(schemas, await WarehouseState.ReadAsync(ddl, connection, cancellationToken)), clock.UtcMicroseconds());
    }

    /// <summary>What <see cref="RunAsync"/> would run on an empty warehouse, as SQL; connects to nothing.</summary>
    public string PrintFromNothing(SchemaSet schemas) =>
        MigrationText.Of(Plan(schemas, new WarehouseState { Grant = ddl.HasReadOnlyRole ? GrantState.NoRole : GrantState.Granted }), clock.UtcMicroseconds());

    /// <summary>The schemas in force: the version by kind and name (<see cref="SchemaSource"/>).</summary>
    public async Task<IReadOnlyDictionary<(string Kind, string Name), string>> ReadDeployedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ddl.OpenAsync(cancellationToken);
        var state = new WarehouseState { History = await WarehouseState.ReadVersionsAsync(connection, cancellationToken) };
        return state.Deployed.ToDictionary(schema => (schema.Kind, schema.Name), schema => schema.Version);
    }

    private MigrationPlan Plan(SchemaSet schemas, WarehouseState state)
    {
        Refuse(SchemaComparison.Compare(schemas, state, ddl));
        return MigrationPlan.Make(schemas, reporting, scripts, state, ddl, clock.UtcMicroseconds());
    }

    private static void Refuse(IReadOnlyList<SchemaFault> faults)
    {
        if (faults.Count > 0)
            throw new WarehouseUnfitException($"What is deployed does not allow these schemas, and nothing was changed:\n{string.Join('\n', faults.Select(fault => $"  {fault}"))}");
    }

    private static IEnumerable<string> Words(IReadOnlyList<SchemaChange> changes)
    {
        foreach (var change in changes.Where(change => change.Kind == ChangeKind.Structure))
            yield return change.What;
        if (changes.Count(change => change.Kind == ChangeKind.Comment) is > 0 and var comments)
            yield return string.Create(CultureInfo.InvariantCulture, $"wrote {comments} comments on views and columns");
        if (changes.Where(change => change.Kind == ChangeKind.Record).ToList() is { Count: > 0 } records)
            yield return records.Count == 1 ? records[0].What : string.Create(CultureInfo.InvariantCulture, $"recorded {records.Count} schemas");
        foreach (var change in changes.Where(change => change.Kind is ChangeKind.Setting or ChangeKind.Grant))
            yield return change.What;
    }
}
