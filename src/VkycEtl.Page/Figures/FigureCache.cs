using VkycEtl.Page.Query;

namespace VkycEtl.Page.Figures;

/// <summary>What figures of the latest revision have answered, so that several who look at once ask the warehouse once. What failed is asked again.</summary>
internal sealed class FigureCache
{
    private const int Most = 128;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Task<Rows>> answers = new(StringComparer.Ordinal);
    private string latest = "";

    /// <summary>The answer to a question.</summary>
    /// <param name="revision">The revision that it is asked of.</param>
    /// <param name="question">All that the answer follows from.</param>
    /// <param name="read">Asks the warehouse.</param>
    public Task<Rows> ReadAsync(string revision, string question, Func<Task<Rows>> read)
    {
        lock (gate)
        {
            if (revision != latest || answers.Count >= Most)
                answers.Clear();
            latest = revision;
            if (!answers.TryGetValue(question, out var answer) || answer.IsFaulted || answer.IsCanceled)
                answers[question] = answer = read();
            return answer;
        }
    }
}
