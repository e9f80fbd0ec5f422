using VkycEtl.Page.Query;

namespace VkycEtl.Page.Figures;

/// <summary>
/// What figures of the latest revision have answered, so that several who look at once ask the warehouse once. What failed is asked again, and a
/// question that nobody waits for any more is asked no further.
/// </summary>
internal sealed class FigureCache
{
    private const int Most = 128;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Asked> answers = new(StringComparer.Ordinal);
    private string latest = "";

    /// <summary>The answer to a question.</summary>
    /// <param name="revision">The revision that it is asked of.</param>
    /// <param name="question">All that the answer follows from.</param>
    /// <param name="read">Asks the warehouse.</param>
    /// <param name="cancellationToken">Ends the wait; the question too, where nobody else waits for its answer.</param>
    public async Task<Rows> ReadAsync(string revision, string question, Func<CancellationToken, Task<Rows>> read, CancellationToken cancellationToken)
    {
        Asked asked;
        lock (gate)
        {
            if (revision != latest || answers.Count >= Most)
                answers.Clear();
            latest = revision;
            if (!answers.TryGetValue(question, out asked!) || asked.IsOver)
                answers[question] = asked = new Asked(read);
            asked.Waiting++;
        }

        try
        {
            return await asked.Answer.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (gate)
            {
                if (--asked.Waiting == 0)
                    asked.Abandon();
            }
        }
    }

    private sealed class Asked
    {
        private readonly TaskCompletionSource abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Asked(Func<CancellationToken, Task<Rows>> read) => Answer = AskAsync(read);

        public Task<Rows> Answer { get; }

        public int Waiting { get; set; }

        /// <summary>Whether it has failed, or will.</summary>
        public bool IsOver => Answer.IsFaulted || Answer.IsCanceled || (abandoned.Task.IsCompleted && !Answer.IsCompleted);

        /// <summary>Stops the question, unless it is answered.</summary>
        public void Abandon() => abandoned.TrySetResult();

        private async Task<Rows> AskAsync(Func<CancellationToken, Task<Rows>> read)
        {
            using var stop = new CancellationTokenSource();
            var answer = read(stop.Token);
            if (await Task.WhenAny(answer, abandoned.Task) != answer)
                await stop.CancelAsync();
            return await answer;
        }
    }
}
