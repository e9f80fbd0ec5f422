using VkycEtl.Pipeline.Schemas;
using VkycEtl.Tests.Flatten;

namespace VkycEtl.Tests.Schemas;

/// <summary>A directory of schemas that a user adds to the program's own.</summary>
internal sealed class SchemaDirectory : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("vkyc-schemas-");

    public string Path => directory.FullName;

    public void Write(string file, string json) => File.WriteAllText(System.IO.Path.Combine(Path, file), json);

    public SchemaSet Load() => SchemaSet.Load(Given.AvroDirectory, Path);

    public IReadOnlyList<SchemaFault> Faults() => Assert.Throws<SchemaFaultsException>(Load).Faults;

    public void Dispose() => directory.Delete(recursive: true);
}
