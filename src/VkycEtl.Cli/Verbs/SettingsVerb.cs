using System.CommandLine;
using System.Data;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc settings</c>: what is in force and where it comes from, and what there is.</summary>
internal static class SettingsVerb
{
    /// <summary>The verb with its two parts.</summary>
    public static Command Create(VerbContext context) => new("settings", """
        What settings there are, and which are in force.
          vkyc settings list
          vkyc settings reference > appsettings.reference.json
        """)
    {
        CreateList(context),
        CreateReference(context),
    };

    private static Command CreateList(VerbContext context)
    {
        var changed = new Option<bool>("--changed") { Description = "Only what is set: in the file, by the environment or by an option." };
        var format = CommonOptions.Format();
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("list", """
            Lists every setting that is in force, and where it comes from: the settings file, a variable VKYC_Section__Key, or the default. Secrets are
            not shown. Exit code 2, with every fault, where the settings have any.
              vkyc settings list --changed
              vkyc settings list --format json
            """)
        {
            changed, format, data, settings,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var file = parsed.GetValue(settings);
            var configuration = SettingsSource.Build(file, Environment.GetEnvironmentVariables(), new Dictionary<string, string?>(StringComparer.Ordinal));
            var effective = VkycSettings.Load(file, new DataDirectory(parsed.GetValue(data)!));
            using var rows = Rows(effective, key => SettingsSource.Origin(configuration, key, SettingsSource.FileOf(file)), parsed.GetValue(changed));
            await using var reader = rows.CreateDataReader();
            await RowWriter.WriteAsync(reader, parsed.GetValue(format), context.Console, tableRows: 0, cancellationToken);
        });
        return command;
    }

    private static Command CreateReference(VerbContext context)
    {
        var command = new Command("reference", """
            Prints a settings file with every key, its default, its unit and what it is for. It can be used as it is, and changes nothing.
              vkyc settings reference > appsettings.reference.json
            """);
        command.SetAction((_, cancellationToken) => context.Console.Out.WriteAsync(ReferenceFile.Write().AsMemory(), cancellationToken));
        return command;
    }

    private static DataTable Rows(VkycSettings settings, Func<string, string?> originOf, bool onlyChanged)
    {
        var table = new DataTable();
        foreach (var name in (string[])["key", "value", "source"])
            table.Columns.Add(name, typeof(string));
        foreach (var key in settings.Keys)
        {
            var source = originOf(key.Path);
            if (source is not null || !onlyChanged)
                table.Rows.Add(key.Path, (object?)SettingValue.Shown(key.Path, key.Value) ?? DBNull.Value, source ?? "default");
        }

        return table;
    }
}
