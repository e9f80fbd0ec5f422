namespace VkycEtl.RawEvents;

/// <summary>
/// Asked before a record is produced, where the broker would drop records that nobody has read yet. A real Kafka has no gate.
/// Each successful <see cref="TryEnter"/> is followed by exactly one <see cref="Written"/> or <see cref="NotWritten"/> with the same size.
/// </summary>
public interface IProduceGate
{
    /// <summary>A record of more bytes than this never passes.</summary>
    int MaxBytes { get; }

    /// <summary>Whether the broker can keep one more record without dropping an unread one.</summary>
    /// <param name="bytes">Key, value, header names and header values.</param>
    bool TryEnter(int bytes);

    /// <summary>The record was acknowledged.</summary>
    void Written(int bytes, int partition, long offset);

    /// <summary>The record was given up.</summary>
    /// <param name="bytes">As entered.</param>
    /// <param name="perhaps">Whether the broker may have it all the same.</param>
    void NotWritten(int bytes, bool perhaps);
}

/// <summary>Told by the worker what is in the warehouse, so that the gate may open again.</summary>
public interface IUnreadLimit
{
    /// <summary>Every offset of the raw topic's partition below <paramref name="nextOffset"/> is loaded and committed.</summary>
    void Loaded(int partition, long nextOffset);
}

/// <summary>
/// Counts what was written and not yet loaded, by partition. Which partition a record will go to is not known before it is acknowledged:
/// what is under way counts against every partition.
/// </summary>
/// <param name="partitions">How many partitions the topic has.</param>
/// <param name="maxBytes">Unread bytes a partition may hold.</param>
/// <param name="maxRecords">Unread records a partition may hold.</param>
internal sealed class UnreadLimit(int partitions, long maxBytes, int maxRecords) : IProduceGate, IUnreadLimit
{
    /// <summary>A batch's own header, the record's, and a record's lengths, at the most: each record counts as a batch of its own.</summary>
    internal const int RecordOverhead = 160;

    private readonly Lock sync = new();
    private readonly Partition[] unread = [.. Enumerable.Range(0, partitions).Select(static _ => new Partition())];
    private long bytesUnderWay;
    private int recordsUnderWay;

    /// <summary>Given up, but perhaps in some partition: counted against every one until all that is known to be written is loaded.</summary>
    private long bytesPerhaps;
    private int recordsPerhaps;

    /// <inheritdoc/>
    public int MaxBytes => (int)Math.Min(int.MaxValue, maxBytes - RecordOverhead);

    /// <inheritdoc/>
    public bool TryEnter(int bytes)
    {
        var size = (long)bytes + RecordOverhead;
        lock (sync)
        {
            // Once all that is known to be written is loaded, one record at a time goes in whatever was given up: when it is loaded, so is all
            // before it. Else a gate closed by records that never arrived would stay so, as nothing would be loaded any more.
            if (recordsUnderWay == 0 && size <= maxBytes && !Array.Exists(unread, static partition => partition.Records.Count > 0))
            {
                bytesUnderWay += size;
                recordsUnderWay++;
                return true;
            }

            var others = bytesUnderWay + bytesPerhaps + size;
            var otherRecords = recordsUnderWay + recordsPerhaps + 1;
            foreach (var partition in unread)
            {
                if (partition.Bytes + others > maxBytes || partition.Records.Count + otherRecords > maxRecords)
                    return false;
            }

            bytesUnderWay += size;
            recordsUnderWay++;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Written(int bytes, int partition, long offset)
    {
        var size = (long)bytes + RecordOverhead;
        lock (sync)
        {
            Leave(size);
            // The worker can be faster than the acknowledgement.
            if (offset >= unread[partition].Loaded)
                unread[partition].Add(offset, size);
        }
    }

    /// <inheritdoc/>
    public void NotWritten(int bytes, bool perhaps)
    {
        var size = (long)bytes + RecordOverhead;
        lock (sync)
        {
            Leave(size);
            if (!perhaps)
                return;
            bytesPerhaps += size;
            recordsPerhaps++;
        }
    }

    /// <inheritdoc/>
    public void Loaded(int partition, long nextOffset)
    {
        lock (sync)
        {
            unread[partition].Remove(nextOffset);
            if (recordsPerhaps == 0 || recordsUnderWay > 0 || Array.Exists(unread, static other => other.Records.Count > 0))
                return;
            bytesPerhaps = 0;
            recordsPerhaps = 0;
        }
    }

    private void Leave(long size)
    {
        bytesUnderWay -= size;
        recordsUnderWay--;
    }

    private sealed class Partition
    {
        public Queue<(long Offset, long Size)> Records { get; } = [];

        public long Bytes { get; private set; }

        public long Loaded { get; private set; }

        public void Add(long offset, long size)
        {
            Records.Enqueue((offset, size));
            Bytes += size;
        }

        public void Remove(long nextOffset)
        {
            Loaded = Math.Max(Loaded, nextOffset);
            while (Records.TryPeek(out var oldest) && oldest.Offset < nextOffset)
                Bytes -= Records.Dequeue().Size;
        }
    }
}
