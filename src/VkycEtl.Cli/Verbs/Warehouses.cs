using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Flatten;
using VkycEtl.Pipeline.Load;
using VkycEtl.Pipeline.Schemas;

namespace VkycEtl.Cli.Verbs;

/// <summary>Opens the warehouse that the settings name.</summary>
internal static class Warehouses
{
    private static readonly string OwnSchemas = Path.Combine(AppContext.BaseDirectory, "avro");

    /// <summary>Reads the schemas and puts the warehouse together; nothing is connected to yet.</summary>
    /// <exception cref="VerbFault">A schema is at fault.</exception>
    public static OpenWarehouse Open(VkycSettings settings, TimeProvider time)
    {
        try
        {
            var schemas = SchemaSet.Load(settings.Schemas.Directory.Length == 0 ? [OwnSchemas] : [OwnSchemas, settings.Schemas.Directory]);
            return new OpenWarehouse(
                WarehouseEngines.Create(settings.Warehouse, settings.Reporting, schemas, time), schemas, new Flattener(schemas, settings.Schemas));
        }
        catch (SchemaFaultsException exception)
        {
            throw new VerbFault(ExitCode.Usage, exception.Message, exception);
        }
    }
}
