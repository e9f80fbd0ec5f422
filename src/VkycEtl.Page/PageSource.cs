using VkycEtl.Pipeline.Consume;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Page;

/// <summary>What the page reads.</summary>
/// <param name="Warehouse">The warehouse; only read.</param>
/// <param name="Reporting">What its views count by, where the warehouse does not let the page read that.</param>
/// <param name="RawTopic">The topic that the worker of this process reads.</param>
/// <param name="Worker">The worker of this process, or null: then lag in events is not known.</param>
public sealed record PageSource(IWarehouse Warehouse, ReportingOptions Reporting, string RawTopic, WorkerStatus? Worker);
