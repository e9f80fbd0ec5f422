using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.Migrate;

namespace VkycEtl.Tests.Load;

public sealed class ScriptSetTests
{
    private static readonly Script One = ScriptSet.From("0001_one.sql", "SELECT 1;\n");
    private static readonly Script Two = ScriptSet.From("0002_two.sql", "SELECT 2;\n");
    private static readonly Script Three = ScriptSet.From("0003_three.sql", "SELECT 3;\n");

    [Fact]
    public void What_is_not_journaled_is_pending() =>
        Assert.Equal([Two, Three], new ScriptSet([One, Two, Three]).Pending([Applied(One)]));

    [Fact]
    public void An_edited_script_is_refused_by_name() =>
        Assert.Contains("0001_one.sql", Assert.Throws<WarehouseUnfitException>(
            () => new ScriptSet([ScriptSet.From(One.Name, "SELECT 9;"), Two]).Pending([Applied(One)])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_script_put_in_before_applied_ones_is_refused() =>
        Assert.Throws<WarehouseUnfitException>(() => new ScriptSet([One, Two, Three]).Pending([Applied(One), Applied(Three)]));

    [Fact]
    public void Line_ends_do_not_make_another_script() =>
        Assert.Equal(One.Sha256, ScriptSet.From(One.Name, "SELECT 1;\r\n").Sha256);

    [Fact]
    public void A_folder_without_scripts_is_refused() =>
        Assert.Throws<WarehouseUnfitException>(() => ScriptSet.Read(Path.GetTempPath(), $"none-{Guid.NewGuid():n}"));

    [Theory]
    [InlineData("postgres")]
    [InlineData("duckdb")]
    public void Both_engines_have_the_same_scripts_beside_the_program(string engine) => Assert.Equal(
        ScriptSet.Read(Folder, "postgres").Scripts.Select(script => script.Name),
        ScriptSet.Read(Folder, engine).Scripts.Select(script => script.Name),
        StringComparer.Ordinal);

    [Fact]
    public void Both_engines_say_the_same_of_derived_tables_and_views()
    {
        Assert.Equal(Shipped("duckdb", "0006_marts_comments.sql").Sha256, Shipped("postgres", "0006_marts_comments.sql").Sha256);

        // PostgreSQL's goes on with what concerns it alone.
        Assert.StartsWith(Shipped("duckdb", "0007_reporting.sql").Sql, Shipped("postgres", "0007_reporting.sql").Sql, StringComparison.Ordinal);
    }

    /// <summary>What was published once is applied somewhere, where an edit would stop every start: a change is a new script, and a new line here.</summary>
    [Fact]
    public void No_published_script_was_edited() => Assert.Equal(
        Published,
        string.Join('\n', ((string[])["duckdb", "postgres"]).SelectMany(engine => ScriptSet.Read(Folder, engine).Scripts.Select(script => $"{script.Sha256}  {engine}/{script.Name}"))));

    private const string Published = """
        17c0eadc4f782043e1512dd7f9ca88fc4af7190b64be738dc3ce12856557b5c8  duckdb/0001_events_and_ledger.sql
        92c2fcee9268fe26e39dcc8aed65cfc0fad16dfb53864a41d95d488bf16f79ab  duckdb/0002_publication.sql
        5a1e1a84d91151030c6a76ee366a514187d56ef24e5235e7f6551478449372af  duckdb/0003_schemas.sql
        06f0e65452270007e177b70aa0fc94b0035fa2c86979f71a5664dd5896950a4f  duckdb/0004_marts.sql
        7aee072447003c2ef338e7f19b4ab22bb493287167f57d7265b505ca851552d3  duckdb/0005_marts_views.sql
        284adfc61a5794a4f77979eaa32015b555a19a207f93214d3882a163f3ff2d8f  duckdb/0006_marts_comments.sql
        568a71648719ac57ca40a72f2c5b5ff4b6e9813636b150956b526797ef7aee00  duckdb/0007_reporting.sql
        aac15b7477bfaeacc5b17bfc1bca9eb492179a55e970aad4813533a977e2188a  postgres/0001_events_and_ledger.sql
        b56e2ad865a3edb213ea818d35a3b64b570d95e12c80a11e54838b41eb692947  postgres/0002_publication.sql
        4c51bb7687a411dc53c77573175b38f1c9d2f46027695ac9311d220d34d58fea  postgres/0003_schemas.sql
        5f56e11a53a2e4734c19d2073931432ad19adfe2aa898e68e5ead5097410e4c7  postgres/0004_marts.sql
        084df4f207b062a52028bc55fcefb389406d2f3416188fc042c5b0c5b1c23585  postgres/0005_marts_views.sql
        284adfc61a5794a4f77979eaa32015b555a19a207f93214d3882a163f3ff2d8f  postgres/0006_marts_comments.sql
        1ccd351e6743da2dc45f64bb064dd1fd618e4a3d50d6f0405887f630ff3ffd8f  postgres/0007_reporting.sql
        """;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "sql");

    private static Script Shipped(string engine, string name) => ScriptSet.Read(Folder, engine).Scripts.Single(script => script.Name == name);

    private static AppliedScript Applied(Script script) => new(script.Name, script.Sha256);
}
