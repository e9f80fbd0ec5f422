using System.Text.Json;
using VkycEtl.Cli;
using VkycEtl.Cli.Query;

namespace VkycEtl.Tests.Cli.Query;

/// <summary>The ready questions as <c>vkyc query --example</c> lists and runs them. ServerTests/Examples holds their answers against what was told.</summary>
public sealed class ExamplesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task There_are_twelve_each_with_a_question_and_the_columns_it_answers_with()
    {
        Assert.Equal(Enumerable.Range(1, 12), Examples.All().Select(example => example.Number));
        var (code, output, error) = await Verb.RunAsync(["query", "--example", "--format", "json"]);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        using var listed = JsonDocument.Parse(output);
        Assert.Equal(12, listed.RootElement.GetArrayLength());
        Assert.All(listed.RootElement.EnumerateArray(), one => Assert.EndsWith("?", one.GetProperty("question").GetString(), StringComparison.Ordinal));

        // In an empty warehouse, too, where nothing is to be divided by.
        Assert.Equal(ExitCode.Done, (await Verb.RunAsync(["migrate", "--data", Data])).Code);
        foreach (var example in Examples.All())
        {
            (code, output, error) = await Verb.RunAsync(["query", "--example", $"{example.Number}", "--format", "csv", "--data", Data]);
            Assert.True(code == ExitCode.Done, $"{example.File}: {error}");
            Assert.Contains(',', output.Split('\n')[0]);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("13")]
    [InlineData("funnel")]
    public async Task One_that_is_not_there_is_a_fault_that_names_those_that_are(string number)
    {
        var (code, _, error) = await Verb.RunAsync(["query", "--example", number, "--data", Data]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("must be a number from 1 to 12", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_example_and_a_statement_are_one_too_many() =>
        Assert.Equal(ExitCode.Usage, (await Verb.RunAsync(["query", "SELECT 1", "--example", "1", "--data", Data])).Code);
}
