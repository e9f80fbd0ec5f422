using System.Globalization;
using VkycEtl.Cli.Output;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Schemas;

/// <summary>What <c>vkyc schema check</c> found: a block a fault for people, a row a fault for programs.</summary>
internal sealed class SchemaReport(VerbConsole console, RowFormat format)
{
    /// <summary>Says that all holds.</summary>
    public async Task<int> WriteAsync(SchemaSet schemas, string against, CancellationToken cancellationToken)
    {
        if (format != RowFormat.Table)
            return await WriteRowsAsync([], cancellationToken);
        var files = schemas.Sources.SelectMany(source => source.FieldFiles.Values.Append(source.File)).Distinct(StringComparer.Ordinal).Count();
        await console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{files} files, {schemas.Types.Count} event types, {schemas.Columns.Count} columns: they hold, each alone and together ({against})."));
        return ExitCode.Done;
    }

    /// <summary>Says what does not hold.</summary>
    public async Task<int> WriteAsync(IReadOnlyList<SchemaFault> faults, string remark, CancellationToken cancellationToken)
    {
        if (format != RowFormat.Table)
            return await WriteRowsAsync(faults, cancellationToken);
        foreach (var (file, field, rule, cure) in faults)
        {
            await console.Out.WriteLineAsync(field is null ? $"{file}: {rule}" : $"{file}, field {field}: {rule}");
            await console.Out.WriteLineAsync($"    cure: {cure}");
        }

        var files = faults.Select(fault => fault.File).Distinct(StringComparer.Ordinal).Count();
        await console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{faults.Count} {(faults.Count == 1 ? "fault" : "faults")} in {files} {(files == 1 ? "file" : "files")}. {remark}").TrimEnd());
        return ExitCode.Found;
    }

    private async Task<int> WriteRowsAsync(IReadOnlyList<SchemaFault> faults, CancellationToken cancellationToken)
    {
        using var rows = SchemaRows.Of(faults);
        await using var reader = rows.CreateDataReader();
        await RowWriter.WriteAsync(reader, format, console, tableRows: 0, cancellationToken);
        return faults.Count > 0 ? ExitCode.Found : ExitCode.Done;
    }
}
