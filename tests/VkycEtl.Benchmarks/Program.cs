using System.Globalization;
using VkycEtl.Benchmarks;

switch (args)
{
    case ["flatten", ..]:
        FlattenBenchmark.Run();
        return 0;
    case ["throughput", .. var rest]:
        return await ThroughputBenchmark.RunAsync(Number(rest, 0, 500_000), Number(rest, 1, 3));
    case ["marts", .. var rest]:
        return await MartsBenchmark.RunAsync(Number(rest, 0, 10_000_000));
    default:
        Console.Error.WriteLine("usage: VkycEtl.Benchmarks flatten | throughput [EVENTS [ROUNDS]] | marts [EVENTS]");
        return 2;
}

static int Number(string[] rest, int index, int otherwise) =>
    rest.Length > index ? int.Parse(rest[index], CultureInfo.InvariantCulture) : otherwise;
