using System.Globalization;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>Values written into statements: COMMENT and view definitions know no parameters, and <c>vkyc schema ddl</c> prints what runs.</summary>
internal static class SqlText
{
    /// <summary>A text.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>An instant, UTC, to the microsecond.</summary>
    public static string Literal(DateTime instant) => string.Create(CultureInfo.InvariantCulture, $"TIMESTAMPTZ '{instant:yyyy-MM-dd HH:mm:ss.ffffff}+00'");
}
