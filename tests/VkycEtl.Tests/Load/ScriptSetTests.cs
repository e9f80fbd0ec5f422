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
        ScriptSet.Read(Path.Combine(AppContext.BaseDirectory, "sql"), "postgres").Scripts.Select(script => script.Name),
        ScriptSet.Read(Path.Combine(AppContext.BaseDirectory, "sql"), engine).Scripts.Select(script => script.Name),
        StringComparer.Ordinal);

    [Theory]
    [InlineData("0006_marts_comments.sql")]
    [InlineData("0007_reporting.sql")]
    public void Both_engines_say_the_same_of_derived_tables_and_views(string name)
    {
        Script Words(string engine) => ScriptSet.Read(Path.Combine(AppContext.BaseDirectory, "sql"), engine).Scripts.Single(script => script.Name == name);
        Assert.Equal(Words("postgres").Sha256, Words("duckdb").Sha256);
    }

    private static AppliedScript Applied(Script script) => new(script.Name, script.Sha256);
}
