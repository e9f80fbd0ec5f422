using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using VkycEtl.RawEvents;

namespace VkycEtl.Pipeline.Consume;

/// <summary>
/// An idle worker asks now and then whether the topic and the stored progress are still what it knows. A topic made anew that holds just as
/// many records as were read of the old one, or progress set by hand, would else go unnoticed until the next record.
/// </summary>
internal sealed class StandingCheck(
    ProgressReader progress, TimeSpan every, WorkerStatus status, KafkaFaultNews news, TimeProvider clock, ILogger logger)
{
    private Task<Standing>? asking;
    private Dictionary<int, (int Generation, long RangeStart)> asked = [];
    private DateTimeOffset nextAt = clock.GetUtcNow() + every;

    /// <summary>Begins or ends a check; does not wait. What is not as known begins again.</summary>
    /// <param name="source">The source whose positions are checked.</param>
    /// <param name="isIdle">Whether nothing is in memory or in the database, so that stored progress must be what the positions say.</param>
    public void Verify(RawEventSource source, bool isIdle)
    {
        if (asking is { IsCompleted: true } answered)
        {
            asking = null;
            nextAt = clock.GetUtcNow() + every;
            if (answered.IsCompletedSuccessfully)
                Compare(source, answered.Result, isIdle);
            else
                OnFault(source, answered.Exception?.InnerException);
        }

        if (asking is not null || clock.GetUtcNow() < nextAt)
            return;
        var isStuck = source.Positions.Any(position => position.State == PositionState.Diverged);
        if (!(isIdle || isStuck) || (source.Positions.Count == 0 && status.Trouble is null) || source.Positions.Any(position => position.State == PositionState.Resolving))
            return;
        asked = source.Positions.ToDictionary(position => position.Partition, position => (position.Generation, position.RangeStart));
        asking = Task.Run(() => progress.ReadAsync(CancellationToken.None));
    }

    private void Compare(RawEventSource source, Standing standing, bool isIdle)
    {
        // Broker and warehouse have both answered.
        if (isIdle)
            status.Recovered();
        var stored = standing.Stored.ToDictionary(found => found.Partition);
        foreach (var position in source.Positions.ToList())
        {
            if (!asked.TryGetValue(position.Partition, out var then) || then.Generation != position.Generation)
                continue;
            if (position.Topic!.TopicId != standing.Topic.TopicId)
            {
                source.Restart(position, "the topic was made anew");
                continue;
            }

            // A diverged partition loads nothing: what is stored of it changes by hand alone, however busy the others are.
            if ((!isIdle && position.State != PositionState.Diverged) || then.RangeStart != position.RangeStart)
                continue;
            var found = stored.GetValueOrDefault(position.Partition);
            var isKnown = found is null ? !position.HasProgress : found.NextOffset == position.RangeStart && found.Pass == position.Pass;
            if (!isKnown)
                source.Restart(position, "stored progress is another");
        }
    }

    private void OnFault(RawEventSource source, Exception? fault)
    {
        if (fault is TopicMissingException)
            source.RestartAll("the topic is gone");
        else if (fault is KafkaException { Error: { } error } && KafkaFaults.IsRight(error.Code))
            throw new ConsumerStoppedException(error.Reason);
        else if (fault is KafkaException kafka)
            Tell(kafka);
        else if (fault is not null)
            logger.StandingUnknown(fault.GetType().Name);
    }

    private void Tell(KafkaException fault)
    {
        status.Retrying(fault.Error.Reason);
        if (news.IsNews(fault.Error.Code))
            logger.StandingUnknown(fault.Error.Reason);
    }
}
