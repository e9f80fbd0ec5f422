using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Verbs;

/// <summary>Opens the warehouse that the settings name.</summary>
internal static class Warehouses
{
    private static readonly string OwnSchemas = Path.Combine(AppContext.BaseDirectory, "avro");

    /// <summary>The program's own schemas, and those that the settings add, or that directories add in their place.</summary>
    /// <param name="settings">Names a directory, perhaps.</param>
    /// <param name="added">Directories in place of that one; empty: that one.</param>
    /// <exception cref="VerbFault">A directory is not there.</exception>
    public static SchemaDirectories Schemas(VkycSettings settings, params IReadOnlyList<string> added)
    {
        var (directories, source) = added.Count > 0 ? (added, "DIR") : settings.Schemas.Directory.Length > 0 ? ([settings.Schemas.Directory], "Schemas:Directory") : ([], "");
        foreach (var directory in directories.Where(directory => !Directory.Exists(directory)))
            throw new VerbFault(ExitCode.Usage, $"{source} = {directory}: there is no such directory; correct it, or make the directory.");
        return new SchemaDirectories([OwnSchemas, .. directories.Select(Path.GetFullPath)]);
    }

    /// <summary>Reads the schemas and puts the warehouse together; nothing is connected to yet.</summary>
    /// <exception cref="SchemaFaultsException">Schemas are at fault.</exception>
    public static OpenWarehouse Open(VkycSettings settings, TimeProvider time, SchemaDirectories? directories = null)
    {
        directories ??= Schemas(settings);
        var schemas = directories.Load();
        return new OpenWarehouse(WarehouseEngines.Create(settings.Warehouse, settings.Reporting, schemas, time), schemas, directories);
    }
}
