namespace VkycEtl.Cli.Output;

/// <summary>How rows are written.</summary>
internal enum RowFormat
{
    /// <summary>Aligned columns for people, fitted to the terminal; cut after some rows, and says so.</summary>
    Table,

    /// <summary>As RFC 4180 quotes, with a header line; lines end with LF, as shells expect; NULL is an empty field, an empty text is <c>""</c>.</summary>
    Csv,

    /// <summary>One array of objects.</summary>
    Json,

    /// <summary>One object a line.</summary>
    Jsonl,
}
