using System.Net.Sockets;
using Confluent.Kafka;
using DuckDB.NET.Data;
using Npgsql;
using VkycEtl.Cli.Output;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.DuckDb;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;

namespace VkycEtl.Cli;

/// <summary>Turns what a verb threw into its exit code and one line; only a fault of ours shows where it came from.</summary>
internal static class Faults
{
    /// <summary>Says what went wrong and answers with the exit code.</summary>
    public static int Report(Exception exception, VerbConsole console)
    {
        if (exception is AggregateException { InnerExceptions: [var only] })
            return Report(only, console);
        var (code, message) = Judge(exception);
        if (message.Length > 0)
            TryWrite(console, code == ExitCode.Ours ? $"vkyc: a fault of ours, please report it: {exception}" : $"vkyc: {message}");
        return code;
    }

    /// <summary>The exit code and the message of an exception.</summary>
    internal static (int Code, string Message) Judge(Exception exception) => exception switch
    {
        VerbFault fault => (fault.Code, fault.Message),
        OperationCanceledException => (ExitCode.Interrupted, ""),
        SchemaFaultsException schemas => (ExitCode.Usage, string.Join("\n  ", schemas.Faults.Select(fault => fault.ToString()).Prepend(
            $"the schemas have {schemas.Faults.Count} {(schemas.Faults.Count == 1 ? "fault" : "faults")} (vkyc schema check shows them too):"))),
        WarehouseUnfitException => (ExitCode.Fatal, exception.Message),
        PostgresException postgres => Judge(postgres),
        NpgsqlException => (ExitCode.Unreachable, $"PostgreSQL could not be reached: {exception.Message}"),
        KafkaSettingsException settings => (ExitCode.Usage, string.Join("\n  ", settings.Faults.Prepend("the Kafka settings have faults:"))),
        RawTopicException => (ExitCode.Fatal, exception.Message),
        ReadOnlyException => (ExitCode.Usage, exception.Message),
        InvalidOperationException { Source: "DuckDB.NET.Data" } => (ExitCode.Usage, $"DuckDB: {exception.Message} (a connection string of another engine? a parameter without --param name=value?)"),
        DuckDBException => (ExitCode.Usage, $"DuckDB: {exception.Message.Trim()}"),
        KafkaFaultException kafka => (KafkaFaults.IsAbsence(kafka.Error.Code) ? ExitCode.Unreachable : ExitCode.Usage, kafka.Error.Reason),
        KafkaException kafka => (kafka.Error.IsFatal ? ExitCode.Fatal : ExitCode.Unreachable, $"Kafka: {kafka.Error.Reason}"),
        SocketException => (ExitCode.Unreachable, exception.Message),
        HttpRequestException => (ExitCode.Unreachable, exception.Message),
        IOException { HResult: BrokenPipe } => (ExitCode.Done, ""),
        UnauthorizedAccessException => (ExitCode.Usage, exception.Message),
        _ => (ExitCode.Ours, exception.ToString()),
    };

    // EPIPE: whoever read our output (head, less) has seen enough.
    private const int BrokenPipe = 32;

    private static (int Code, string Message) Judge(PostgresException exception) => exception.SqlState switch
    {
        ['0', '8', ..] or ['5', '7', 'P', ..] or ['5', '3', '3', ..] => (ExitCode.Unreachable, $"PostgreSQL is not available: {Line(exception)}"),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName =>
            (ExitCode.Usage, $"PostgreSQL: {Line(exception)}; the tables of a new warehouse are made by vkyc migrate"),
        _ => (ExitCode.Usage, $"PostgreSQL: {Line(exception)}"),
    };

    private static string Line(PostgresException exception)
    {
        var position = exception.Position > 0 ? $" at character {exception.Position}" : "";
        var hint = string.IsNullOrEmpty(exception.Hint) ? "" : $" ({exception.Hint})";
        return $"{exception.MessageText}{position}{hint} [{exception.SqlState}]";
    }

    private static void TryWrite(VerbConsole console, string line)
    {
        try
        {
            console.Error.WriteLine(line);
        }
        catch (IOException)
        {
            // Nobody reads our errors any more; the exit code still tells.
        }
    }
}
