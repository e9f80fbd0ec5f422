using System.Data;
using Dapper;
using DuckDB.NET.Data;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.DuckDb;

namespace VkycEtl.Pipeline.Publish;

/// <summary>What one publication did.</summary>
/// <param name="Generation">The generation it made.</param>
/// <param name="Written">Files written.</param>
/// <param name="Kept">Files taken over from the generation before, for their rows have not changed.</param>
internal sealed record Published(long Generation, int Written, int Kept);

/// <summary>Writes one generation from one state of the warehouse; only what has changed is written.</summary>
/// <param name="directory">Where to.</param>
/// <param name="seenAs">Where readers find the published directory.</param>
/// <param name="clock">Tells when it was made.</param>
internal sealed class Publication(PublishedDirectory directory, string seenAs, TimeProvider clock)
{
    /// <summary>Views that ask the clock are written anew so often, though nothing was loaded: half a minute is the most that is promised.</summary>
    public static readonly TimeSpan ClockEvery = TimeSpan.FromSeconds(25);

    /// <summary>Publishes, unless nothing has changed.</summary>
    /// <param name="connection">A connection to the warehouse; its transaction is this one's.</param>
    /// <param name="cancellationToken">Stops between files; what was begun is not published.</param>
    /// <returns>What was done; null where nothing has changed.</returns>
    /// <exception cref="DuckDBException">The warehouse could not be read or a file not written.</exception>
    /// <exception cref="IOException">The directory could not be written.</exception>
    public async Task<Published?> RunAsync(DuckDBConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = clock.UtcMicroseconds();
        var catalog = await DuckDbDdl.ReadCatalogAsync(connection, cancellationToken);
        var typeViews = PublishedRelations.ReadTypeViews(connection);
        var reader = new ReaderDatabase(catalog, typeViews, seenAs);
        var files = PublishedRelations.Read(connection, catalog, typeViews, now);
        var last = directory.ReadCurrent();
        var isReaderCurrent = last?.Reader == reader.Definition && File.Exists(directory.ReaderDatabase);
        if (isReaderCurrent && now - last!.PublishedAt < ClockEvery && IsSame(files, last))
            return null;

        var generation = (last?.Generation ?? 0) + 1;

        // Before vkyc.freshness is written, which tells its readers when that was.
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM vkyc_etl.publication; INSERT INTO vkyc_etl.publication (generation, published_at) VALUES ($generation, $now)",
            new { generation, now },
            transaction,
            commandType: CommandType.Text,
            cancellationToken: cancellationToken));
        directory.Begin(generation);
        Directory.CreateDirectory(directory.FileOf(generation, "events"));
        var written = 0;
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.Stamp is not null && last?.Stamps.GetValueOrDefault(file.File) == file.Stamp && directory.TakeOver(last!.Generation, generation, file.File))
                continue;
            var target = directory.FileOf(generation, file.File).Replace("'", "''", StringComparison.Ordinal);
            await connection.ExecuteAsync(new CommandDefinition(
                $"COPY ({file.Query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
                transaction: transaction,
                commandType: CommandType.Text,
                cancellationToken: cancellationToken));
            written++;
        }

        // The manifest says that the readers' database fits only once it does: whatever ends this in between, the next publication writes it.
        var manifest = new Manifest(
            generation, now, files.ToDictionary(file => file.File, file => file.Stamp, StringComparer.Ordinal), isReaderCurrent ? reader.Definition : last?.Reader ?? "");
        directory.Publish(manifest);
        await transaction.CommitAsync(cancellationToken);
        if (!isReaderCurrent)
        {
            reader.Write(directory);
            directory.Note(manifest with { Reader = reader.Definition });
        }

        directory.Tidy(generation);
        return new Published(generation, written, files.Count - written);
    }

    private static bool IsSame(IReadOnlyList<PublishedFile> files, Manifest last) =>
        files.Count == last.Stamps.Count
        && files.All(file => last.Stamps.TryGetValue(file.File, out var stamp) && (file.Stamp is null || stamp == file.Stamp));
}
