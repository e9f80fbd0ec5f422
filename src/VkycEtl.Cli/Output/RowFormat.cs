namespace VkycEtl.Cli.Output;

/// <summary>How rows are written.</summary>
internal enum RowFormat
{
    /// <summary>Aligned columns for people; cut after some rows, and says so.</summary>
    Table,

    /// <summary>RFC 4180 with a header line; NULL is an empty field, an empty text is <c>""</c>.</summary>
    Csv,

    /// <summary>One array of objects.</summary>
    Json,

    /// <summary>One object a line.</summary>
    Jsonl,
}
