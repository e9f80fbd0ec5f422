using System.Data.Common;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Load.Migrate;
using VkycEtl.Pipeline.Marts;
using VkycEtl.Pipeline.Schemas;
using VkycEtl.RawEvents;
using VkycEtl.Tests.Flatten;

namespace VkycEtl.Tests.Load;

/// <summary>What the loader does about faults; that a database does its part is in the contract suite.</summary>
public sealed class BatchLoaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transient_faults_are_retried_for_as_long_as_they_last_with_waits_of_half_a_minute_at_most()
    {
        var clock = new FakeTimeProvider();
        var warehouse = new FaultyWarehouse();
        for (var i = 0; i < 300; i++)
            warehouse.Faults.Enqueue(new TimeoutException());
        var retries = 0;
        var loader = new BatchLoader(warehouse, 0.1, clock, NullLogger<BatchLoader>.Instance, (kind, _) => retries += kind == FaultKind.Transient ? 1 : 0);
        var loading = loader.LoadAsync(Batch(), Token);
        var waited = TimeSpan.Zero;
        while (!loading.IsCompleted)
        {
            await Task.Yield();
            clock.Advance(TimeSpan.FromSeconds(5));
            waited += TimeSpan.FromSeconds(5);
            Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromDays(10));
        }

        Assert.True((await loading).IsCommitted);
        // Some dozen attempts an hour would be a wait without a ceiling.
        Assert.InRange(waited, TimeSpan.FromMinutes(30), TimeSpan.FromHours(3));
        Assert.Equal(300, retries);
        // One unit: progress is read before each attempt.
        Assert.Equal(301, warehouse.Reads);
    }

    [Fact]
    public async Task An_unknown_commit_is_not_tried_again()
    {
        var warehouse = new FaultyWarehouse();
        warehouse.Faults.Enqueue(new CommitUnknownException("x", new TimeoutException()));
        var result = await Loader(warehouse).LoadAsync(Batch(), Token);
        Assert.True(result.IsUnknown);
        Assert.Equal(1, warehouse.Loads);
    }

    [Fact]
    public async Task A_fatal_fault_is_thrown_as_it_is()
    {
        var warehouse = new FaultyWarehouse();
        warehouse.Faults.Enqueue(new NotSupportedException());
        await Assert.ThrowsAsync<NotSupportedException>(() => Loader(warehouse).LoadAsync(Batch(), Token));
        Assert.Equal(1, warehouse.Loads);
    }

    [Fact]
    public async Task A_partition_whose_stored_progress_moved_is_not_loaded()
    {
        var warehouse = new FaultyWarehouse();
        warehouse.Progress.Add(new PartitionProgress { ClusterId = "c", Topic = "t", TopicId = "i", Partition = 0, Pass = 1, NextOffset = 5 });
        var result = await Loader(warehouse).LoadAsync(Batch(), Token);
        Assert.Equal([0], result.Moved);
        Assert.Equal(0, warehouse.Loads);
    }

    [Fact]
    public async Task A_load_that_is_refused_though_no_row_is_stops_the_loader()
    {
        var warehouse = new FaultyWarehouse();
        warehouse.Faults.Enqueue(new ArithmeticException());
        await Assert.ThrowsAsync<WarehouseUnfitException>(() => Loader(warehouse).LoadAsync(Batch(), Token));
    }

    [Fact]
    public async Task A_refused_row_is_found_in_a_logarithm_of_probes()
    {
        var warehouse = new FaultyWarehouse();
        warehouse.Refused.Add(700);
        var result = await Loader(warehouse).LoadAsync(Batch(1024), Token);
        Assert.True(result.IsCommitted);
        Assert.InRange(warehouse.Probes, 10, 2 * 10 + 1);
        Assert.Equal(700, Assert.Single(warehouse.Loaded!.Quarantined).Raw.Offset);
        Assert.Equal(1023, warehouse.Loaded!.Rows.Count);
    }

    [Theory]
    [InlineData(100, 20, true)]
    [InlineData(100, 21, false)]
    [InlineData(1000, 100, true)]
    [InlineData(1000, 101, false)]
    public async Task Poison_up_to_a_share_is_the_rows_fault(int rows, int refused, bool isLoaded)
    {
        var warehouse = new FaultyWarehouse();
        for (var i = 0; i < refused; i++)
            warehouse.Refused.Add(i * (rows / refused));
        var result = await Record.ExceptionAsync(() => Loader(warehouse).LoadAsync(Batch(rows), Token));
        Assert.Equal(isLoaded, result is null);
        Assert.Equal(isLoaded, warehouse.Loaded is not null);
        Assert.True(isLoaded || result is WarehouseUnfitException);
    }

    private static BatchLoader Loader(IWarehouse warehouse) => new(warehouse, 0.1, TimeProvider.System, NullLogger<BatchLoader>.Instance);

    private static LoadBatch Batch(int rows = 3) => new()
    {
        LoadId = Guid.CreateVersion7(),
        Worker = "w",
        BegunAt = DateTime.UnixEpoch,
        Schemas = Given.Schemas,
        ClusterId = "c",
        Topic = "t",
        TopicId = "i",
        Ranges = [new OffsetRange { Partition = 0, Pass = 1, HasProgress = false, FirstOffset = 0, LastOffset = rows - 1, Gaps = 0, Lost = 0, Digest = [] }],
        Rows =
        [
            .. Enumerable.Range(0, rows).Select(n => new EventRow
            {
                Raw = new RawEvent { Topic = "t", Partition = 0, Offset = n, Body = [], ReceivedAt = DateTime.UnixEpoch },
                TransactionKey = Guid.Empty,
                EventKey = new Guid(n, 0, 0, new byte[8]),
                EventId = $"{n}",
                EventType = "T",
                AppId = "a",
                TransactionId = "t",
                Issues = [],
                SchemaVersion = "v",
                ContentDigest = Guid.Empty,
                Values = [],
            }),
        ],
        Quarantined = [],
    };

    /// <summary>Throws what it is told to: timeouts are transient, arithmetic is poison, all else is fatal.</summary>
    private sealed class FaultyWarehouse : IWarehouse
    {
        public Queue<Exception> Faults { get; } = new();

        public HashSet<long> Refused { get; } = [];

        public List<PartitionProgress> Progress { get; } = [];

        public LoadBatch? Loaded { get; private set; }

        public int Loads { get; private set; }

        public int Reads { get; private set; }

        public int Probes { get; private set; }

        public string Engine => "faulty";

        public DerivedTables Marts => throw new NotSupportedException();

        public Task<LoadOutcome> LoadAsync(LoadBatch batch, CancellationToken cancellationToken)
        {
            Loads++;
            if (Faults.TryDequeue(out var fault))
                throw fault;
            if (batch.Rows.Any(row => Refused.Contains(row.Raw.Offset)))
                throw new ArithmeticException();
            Loaded = batch;
            return Task.FromResult(new LoadOutcome([], []));
        }

        public Task<Exception?> RefuseAsync(IReadOnlyList<EventRow> rows, SchemaSet rowSchemas, CancellationToken cancellationToken)
        {
            Probes++;
            return Task.FromResult<Exception?>(rows.Any(row => Refused.Contains(row.Raw.Offset)) ? new ArithmeticException("no") : null);
        }

        public Task<IReadOnlyList<PartitionProgress>> ReadProgressAsync(string clusterId, string topicId, CancellationToken cancellationToken)
        {
            Reads++;
            return Task.FromResult<IReadOnlyList<PartitionProgress>>(Progress);
        }

        public FaultKind Classify(Exception exception) => exception switch
        {
            TimeoutException => FaultKind.Transient,
            ArithmeticException => FaultKind.Poison,
            _ => FaultKind.Fatal,
        };

        public Migration Migration => throw new NotSupportedException();

        public Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DbConnection> OpenReaderAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DbConnection> OpenWriterAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
