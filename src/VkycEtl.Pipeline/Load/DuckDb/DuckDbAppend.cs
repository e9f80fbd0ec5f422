using DuckDB.NET.Data;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Pipeline.Load.DuckDb;

/// <summary>Writes rows through DuckDB's appender, in the order of the table's columns.</summary>
internal static class DuckDbAppend
{
    public static void Events(
        DuckDBConnection connection, SchemaSet schemas, IEnumerable<EventRow> rows, Guid loadId, DateTime loadedAt)
    {
        using var appender = connection.CreateAppender("temp", "main", "batch");
        foreach (var row in rows)
        {
            var line = appender.CreateRow()
                .AppendValue(row.TransactionKey)
                .AppendValue(row.EventKey)
                .AppendValue(row.EventId)
                .AppendValue(row.EventType)
                .AppendValue(row.EventVersion)
                .AppendValue(row.AppId)
                .AppendValue(row.TransactionId)
                .AppendValue(row.EventTime)
                .AppendValue(row.Extras)
                .AppendValue((IEnumerable<string>)row.Issues)
                .AppendValue(row.Raw.ReceivedAt)
                .AppendValue(row.Raw.Topic)
                .AppendValue(row.Raw.Partition)
                .AppendValue(row.Raw.Offset)
                .AppendValue(row.SchemaVersion)
                .AppendValue(row.ContentDigest)
                .AppendValue(loadId)
                .AppendValue(loadedAt);
            for (var i = 0; i < schemas.Columns.Count; i++)
                Append(line, schemas.Columns[i], row.Values[i]);
            line.EndRow();
        }
    }

    public static void Keys(DuckDBConnection connection, IEnumerable<EventKeys> keys)
    {
        using var appender = connection.CreateAppender("temp", "main", "keys");
        foreach (var key in keys)
            appender.CreateRow().AppendValue(key.TransactionKey).AppendValue(key.EventKey).EndRow();
    }

    public static void Quarantine(DuckDBConnection connection, IEnumerable<QuarantineRow> rows, Guid loadId, DateTime loadedAt)
    {
        using var appender = connection.CreateAppender("vkyc_etl", "quarantine");
        foreach (var row in rows)
        {
            appender.CreateRow()
                .AppendValue(row.Topic)
                .AppendValue(row.Partition)
                .AppendValue(row.Offset)
                .AppendValue(row.Pass)
                .AppendValue(row.ReasonCode)
                .AppendValue(row.ReasonText)
                .AppendValue(row.RecordKey)
                .AppendValue(row.Headers)
                .AppendValue(row.Body)
                .AppendValue(row.ReceivedAt)
                .AppendValue(loadId)
                .AppendValue(loadedAt)
                .AppendNullValue()
                .AppendNullValue()
                .AppendValue(row.ClusterId)
                .AppendValue(row.TopicId)
                .EndRow();
        }
    }

    private static void Append(IDuckDBAppenderRow line, SchemaColumn column, ColumnValue value)
    {
        if (value.IsNull)
        {
            line.AppendNullValue();
            return;
        }

        _ = column.Type switch
        {
            ColumnType.Text => line.AppendValue(value.Text),
            ColumnType.Uuid => line.AppendValue(value.Uuid),
            ColumnType.BigInt => line.AppendValue(value.BigInt),
            ColumnType.Double => line.AppendValue(value.Double),
            ColumnType.Boolean => line.AppendValue(value.Boolean),
            ColumnType.Numeric => line.AppendValue(value.Numeric),
            ColumnType.Timestamp => line.AppendValue(value.Timestamp),
            ColumnType.Date => line.AppendValue(value.Date),
            _ => throw new InvalidOperationException($"Column {column.Name} has no known type."),
        };
    }
}
