namespace VkycEtl.Pipeline.Marts;

/// <summary>
/// Brings a table to what was derived, by statements in this order. A row that changes is deleted and inserted again: DuckDB would update it column by
/// column, at thirty times the cost, and on PostgreSQL an update does no less.
/// </summary>
/// <param name="DropVanished">Deletes rows of touched transactions that were not derived.</param>
/// <param name="DropUntouched">Deletes all others that were not; null where only touched transactions are derived.</param>
/// <param name="FindChanged">Gathers derived rows that are not in the table as they are.</param>
/// <param name="CountUntouched">Counts those whose transaction is not touched; null likewise.</param>
/// <param name="DropChanged">Deletes what these replace.</param>
/// <param name="PutChanged">Inserts them in order of time: people ask for days, which then lie together.</param>
internal sealed record Rewrite(string DropVanished, string? DropUntouched, string FindChanged, string? CountUntouched, string DropChanged, string PutChanged);
