using System.Security.Cryptography;
using System.Text;
using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.Consume;

public sealed class PartitionPositionTests
{
    private static readonly byte[] LoadedBody = Encoding.UTF8.GetBytes("the last record loaded");
    private static readonly TopicIdentity Topic = new("cluster", "id", 1);

    [Fact]
    public void Takes_nothing_before_progress_is_known()
    {
        var position = new PartitionPosition(0);

        Assert.Equal(PositionState.Resolving, position.State);
        Assert.Equal(Arrival.Skipped, position.Judge(0, LoadedBody));
    }

    [Fact]
    public void Begins_at_the_anchor_and_does_not_take_it_again()
    {
        var position = AtAnchor();

        Assert.Equal(Arrival.Skipped, position.Judge(49, LoadedBody));
        Assert.Equal(Arrival.Taken, position.Judge(50, "next"u8));
        Assert.Equal(50, position.Next);
    }

    [Theory]
    [InlineData(49, "another record")]
    [InlineData(50, "the last record loaded")]
    [InlineData(48, "the last record loaded")]
    public void Diverges_where_the_first_record_is_not_the_anchor(long offset, string body)
    {
        var position = AtAnchor();

        Assert.Equal(Arrival.Diverged, position.Judge(offset, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(1, position.Mismatches);
    }

    [Fact]
    public void A_mismatch_is_forgotten_once_the_anchor_was_seen()
    {
        var position = AtAnchor();
        position.Judge(49, "another"u8);
        position.Restart();
        position.Resume(Topic, Start());

        position.Judge(49, LoadedBody);

        Assert.Equal(0, position.Mismatches);
        Assert.Equal(PositionState.Reading, position.State);
    }

    [Fact]
    public void A_hole_that_is_the_first_thing_seen_is_looked_at_again_before_it_is_believed()
    {
        foreach (var look in new Func<PartitionPosition, Arrival>[] { position => position.Judge(100, "far away"u8), position => position.JudgeEnd(100) })
        {
            var position = new PartitionPosition(0);
            position.Resume(Topic, Fresh());
            Assert.Equal(Arrival.Doubtful, look(position));
            Assert.Equal(0, position.Next);

            // Read again, it was no hole: the fetcher had begun somewhere else.
            position.Restart();
            position.Resume(Topic, Fresh());
            Assert.Equal(Arrival.Taken, position.Judge(0, "the first"u8));
            position.Advance(1);
            Assert.Equal(Arrival.Taken, position.Judge(5, "behind a gap"u8));

            // Seen twice, it is one.
            var again = new PartitionPosition(0);
            again.Resume(Topic, Fresh());
            Assert.Equal(Arrival.Doubtful, look(again));
            again.Restart();
            again.Resume(Topic, Fresh());
            Assert.Equal(Arrival.Taken, look(again));
        }
    }

    [Fact]
    public void An_end_where_reading_began_is_no_hole()
    {
        var position = new PartitionPosition(0);
        position.Resume(Topic, Fresh());
        Assert.Equal(Arrival.Taken, position.JudgeEnd(0));
        Assert.Equal(Arrival.Taken, position.Judge(7, "behind a gap"u8));
    }

    [Fact]
    public void Behind_an_anchor_that_was_seen_a_hole_is_a_gap_at_once()
    {
        var position = AtAnchor();
        position.Judge(49, LoadedBody);
        Assert.Equal(Arrival.Taken, position.Judge(60, "behind a gap"u8));
        Assert.Equal(Arrival.Diverged, AtAnchor().JudgeEnd(100));
    }

    [Fact]
    public void Skips_what_is_behind_it()
    {
        var position = AtAnchor();
        position.Judge(49, LoadedBody);
        position.Advance(55);

        Assert.Equal(Arrival.Skipped, position.Judge(54, "stale"u8));
        Assert.Equal(Arrival.Taken, position.Judge(55, "next"u8));
    }

    [Fact]
    public void A_restart_begins_another_generation_and_takes_nothing()
    {
        var position = AtAnchor();
        position.Judge(49, LoadedBody);
        var before = position.Generation;

        position.Restart();

        Assert.NotEqual(before, position.Generation);
        Assert.Equal(Arrival.Skipped, position.Judge(50, "next"u8));
    }

    private static StartingPoint Fresh() => new(Pass: 1, HasProgress: false, RangeStart: 0, Lost: 0, Anchor: null, HasDiverged: false);

    private static StartingPoint Start() => new(
        Pass: 1, HasProgress: true, RangeStart: 50, Lost: 0, new Anchor(49, SHA256.HashData(LoadedBody)), HasDiverged: false);

    private static PartitionPosition AtAnchor()
    {
        var position = new PartitionPosition(0);
        Assert.Equal(49, position.Resume(Topic, Start()));
        return position;
    }
}
