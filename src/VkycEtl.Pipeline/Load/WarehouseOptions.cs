using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace VkycEtl.Pipeline.Load;

/// <summary>Where events are loaded to. Settings section <c>Warehouse</c>.</summary>
public sealed class WarehouseOptions : IValidatableObject
{
    /// <summary>The settings section.</summary>
    public const string Section = "Warehouse";

    /// <summary><c>duckdb</c> or <c>postgres</c>. Default <c>duckdb</c>.</summary>
    [AllowedValues("duckdb", "postgres")]
    public string Engine { get; set; } = "duckdb";

    /// <summary>PostgreSQL: an Npgsql connection string. DuckDB: the file's path, or <c>Data Source=path</c>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>A file that holds the connection string, in place of <see cref="ConnectionString"/>; for secrets.</summary>
    public string? ConnectionStringFile { get; set; }

    /// <summary>PostgreSQL: a role that <c>migrate</c> lets read schema <c>vkyc</c> and nothing else. Default: none.</summary>
    public string? ReadOnlyRole { get; set; }

    /// <summary>How tables are distributed over servers. <c>none</c> is all there is.</summary>
    [AllowedValues("none")]
    public string Distribution { get; set; } = "none";

    /// <summary>Whether the worker brings the warehouse to the current schema when it starts. Default false: <c>vkyc migrate</c> does.</summary>
    public bool MigrateAtStart { get; set; }

    /// <summary>The folder that holds migration scripts, a folder an engine in it. Default: <c>sql</c> beside the program.</summary>
    [Required]
    public string ScriptsDirectory { get; set; } = Path.Combine(AppContext.BaseDirectory, "sql");

    /// <summary>PostgreSQL: how long the loader waits for a lock before it retries. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>PostgreSQL: how long one of the loader's statements may run. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>PostgreSQL: how long the server keeps the transaction, and its locks, of a loader that has stopped. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleInTransactionTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>DuckDB: how often <c>DIR/published</c> is brought up to date for other processes, at most. Default 30 s; "0 s" publishes nothing.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan PublishEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// DuckDB: the path under which readers find <c>DIR/published</c>, where a container shows it elsewhere; it must lead there from here too (a
    /// symlink does). Default: its own path.
    /// </summary>
    public string? PublishedPath { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ConnectionString.Length > 0 && ConnectionStringFile is { Length: > 0 })
            yield return new("Set ConnectionString or ConnectionStringFile, not both.", [nameof(ConnectionStringFile)]);
        if (ConnectionString.Length == 0 && string.IsNullOrEmpty(ConnectionStringFile))
            yield return new("Set ConnectionString, or ConnectionStringFile for a file that holds it.", [nameof(ConnectionString)]);
        if (ConnectionStringFile is { Length: > 0 } file && !File.Exists(file))
            yield return new($"The file {file} does not exist.", [nameof(ConnectionStringFile)]);
        else if (Engine == "postgres" && !IsNpgsql(ReadConnectionString()))
            yield return new("is no Npgsql connection string: write Host=…;Username=…;Password=…;Database=…, not a URL.", [ConnectionString.Length > 0 ? nameof(ConnectionString) : nameof(ConnectionStringFile)]);
    }

    private static bool IsNpgsql(string text)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(text);
            return true;
        }
        catch (Exception none) when (none is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Not told: what is no connection string may be a secret all the same.
            return false;
        }
    }

    /// <summary>The connection string, from the file where one is named.</summary>
    internal string ReadConnectionString() =>
        ConnectionStringFile is { Length: > 0 } file ? File.ReadAllText(file).Trim() : ConnectionString;
}
