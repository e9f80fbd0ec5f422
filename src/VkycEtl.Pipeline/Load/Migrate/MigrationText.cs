using System.Globalization;
using System.Text;

namespace VkycEtl.Pipeline.Load.Migrate;

/// <summary>A plan as SQL that an administrator can read, and run.</summary>
internal static class MigrationText
{
    /// <summary>Every script with its journal row, then every statement; empty where there is none.</summary>
    public static string Of(MigrationPlan plan, DateTime now)
    {
        var text = new StringBuilder();
        if (plan.Scripts.Count > 0)
            text.Append(ScriptUpgrade.CreateJournal).Append('\n');
        foreach (var script in plan.Scripts)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n-- {script.Name}\n{script.Sql.TrimEnd()}\n");
            text.Append(CultureInfo.InvariantCulture,
                $"INSERT INTO vkyc_etl.migrations (name, sha256, applied_at) VALUES ({SqlText.Literal(script.Name)}, '{script.Sha256}', {SqlText.Literal(now)});\n");
        }

        foreach (var change in plan.Changes)
            text.Append(CultureInfo.InvariantCulture, $"\n-- {change.What.ReplaceLineEndings(" ")}\n{change.Sql};\n");
        return text.ToString();
    }
}
