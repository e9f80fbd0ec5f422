using CsCheck;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.RawEvents;

public sealed class UnreadLimitTests
{
    [Fact]
    public void Full_by_records_then_loaded_then_open_again()
    {
        var limit = new UnreadLimit(partitions: 2, maxBytes: 1_000_000, maxRecords: 3);
        for (var offset = 0; offset < 3; offset++)
        {
            Assert.True(limit.TryEnter(1));
            limit.Written(1, partition: 1, offset);
        }

        Assert.False(limit.TryEnter(1));
        limit.Loaded(partition: 1, nextOffset: 1);
        Assert.True(limit.TryEnter(1));
        Assert.False(limit.TryEnter(1));
    }

    /// <summary>What was given up and never arrived is loaded by nobody: it must not keep the gate closed for ever.</summary>
    [Fact]
    public void A_gate_closed_by_records_that_never_arrived_lets_one_through_and_opens_once_that_is_loaded()
    {
        var limit = new UnreadLimit(partitions: 2, maxBytes: 1_000_000, maxRecords: 3);
        for (var i = 0; i < 3; i++)
            Assert.True(limit.TryEnter(1));
        for (var i = 0; i < 3; i++)
            limit.NotWritten(1, perhaps: true);
        Assert.True(limit.TryEnter(1));
        Assert.False(limit.TryEnter(1));
        limit.Written(1, partition: 0, offset: 0);
        Assert.False(limit.TryEnter(1));
        limit.Loaded(partition: 0, nextOffset: 1);
        Assert.True(limit.TryEnter(1));
        Assert.True(limit.TryEnter(1));
    }

    [Fact]
    public void What_is_under_way_counts_until_it_is_known_not_to_be_written()
    {
        var limit = new UnreadLimit(partitions: 2, maxBytes: 1000 + 2 * UnreadLimit.RecordOverhead, maxRecords: 100);
        Assert.True(limit.TryEnter(1000));
        Assert.False(limit.TryEnter(1000));
        limit.NotWritten(1000, perhaps: false);
        Assert.True(limit.TryEnter(1000));
    }

    [Fact]
    public void What_was_perhaps_written_counts_until_everything_known_is_loaded()
    {
        var limit = new UnreadLimit(partitions: 1, maxBytes: 1_000_000, maxRecords: 2);
        Assert.True(limit.TryEnter(1));
        limit.NotWritten(1, perhaps: true);
        Assert.True(limit.TryEnter(1));
        limit.Written(1, 0, offset: 1);
        Assert.False(limit.TryEnter(1));
        limit.Loaded(0, nextOffset: 1);
        Assert.False(limit.TryEnter(1));
        limit.Loaded(0, nextOffset: 2);
        Assert.True(limit.TryEnter(1));
    }

    [Fact]
    public void A_worker_faster_than_the_acknowledgement_leaves_nothing_counted()
    {
        var limit = new UnreadLimit(partitions: 1, maxBytes: 1_000_000, maxRecords: 1);
        Assert.True(limit.TryEnter(1));
        limit.Loaded(0, nextOffset: 1);
        limit.Written(1, 0, offset: 0);
        Assert.True(limit.TryEnter(1));
    }

    [Fact]
    public void Unread_records_never_pass_the_limit_whatever_the_order_of_writing_and_loading() =>
        Gen.Int[0, 2].Array[1, 400].Sample(steps =>
        {
            const int max = 5;
            var limit = new UnreadLimit(partitions: 1, maxBytes: long.MaxValue / 4, maxRecords: max);
            var (entered, written, loaded) = (0, 0, 0);
            foreach (var step in steps)
            {
                if (step == 0 && limit.TryEnter(1))
                    entered++;
                else if (step == 1 && written < entered)
                    limit.Written(1, 0, written++);
                else if (step == 2 && loaded < written)
                    limit.Loaded(0, ++loaded);
                Assert.InRange(entered - loaded, 0, max);
            }

            Assert.Equal(entered - loaded < max, limit.TryEnter(1));
        });

    [Fact]
    public void The_largest_record_passes_an_empty_gate_and_a_larger_one_never_does()
    {
        var limit = new UnreadLimit(partitions: 2, maxBytes: 10_000, maxRecords: 5);

        Assert.True(limit.TryEnter(limit.MaxBytes));
        limit.NotWritten(limit.MaxBytes, perhaps: false);
        Assert.False(limit.TryEnter(limit.MaxBytes + 1));
    }
}
