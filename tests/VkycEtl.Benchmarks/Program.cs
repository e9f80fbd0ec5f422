using VkycEtl.Benchmarks;

switch (args)
{
    case ["flatten", ..]:
        FlattenBenchmark.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: VkycEtl.Benchmarks flatten");
        return 2;
}
