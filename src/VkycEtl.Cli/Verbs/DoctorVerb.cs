using System.CommandLine;
using VkycEtl.Cli.Doctor;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;
using VkycEtl.Cli.Settings;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Verbs;

/// <summary><c>vkyc doctor</c>: what is wrong, and how to mend it.</summary>
internal static class DoctorVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(VerbContext context)
    {
        var role = new Option<Patient>("--role") { Description = "Look at the needs of one role only: receiver or worker; both unless given.", HelpName = "all|receiver|worker" };
        var format = CommonOptions.Format();
        var data = CommonOptions.Data();
        var settings = CommonOptions.Settings();
        var command = new Command("doctor", """
            Checks settings, broker, topic, rights, warehouse, progress, clock, disk and memory; says of each whether it is ok, a warning or a fault, and how to
            mend it. Changes nothing. Exit code 1 where there is a fault, 2 where the settings cannot be read.
              vkyc doctor
              vkyc doctor --role receiver --format json
            """)
        {
            role, format, data, settings,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context, parsed.GetValue(role), parsed.GetValue(format), new DataDirectory(parsed.GetValue(data)!), parsed.GetValue(settings), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        VerbContext context, Patient patient, RowFormat format, DataDirectory directory, string? settingsFile, CancellationToken cancellationToken)
    {
        // [carried] ==> the settings, the broker and DIR of the process that owns the warehouse.
        if (context.Owner is { } owner)
        {
            var there = new Case(context, owner.Settings, owner.Directory, patient, owner.HasBrokerInside);
            return await FindingsWriter.WriteAsync(await Examination.RunAsync(there, context.Warehouse, null, cancellationToken), format, context.Console, cancellationToken);
        }

        VkycSettings settings;
        try
        {
            settings = VkycSettings.Load(settingsFile, directory);
        }
        catch (SettingsFault fault)
        {
            var lines = fault.Faults.Select(line => Finding.Fault("settings", "values", line, "correct it")).ToList();
            lines.Add(Finding.Skipped("all else", "", "needs settings that can be read"));
            await FindingsWriter.WriteAsync(lines, format, context.Console, cancellationToken);
            return ExitCode.Usage;
        }

        var here = new Case(context, settings, directory, patient, HasBrokerInside: false);
        if (!here.ConcernsWorker)
            return await ReportAsync(null, null);
        var begun = false;
        try
        {
            return await WarehouseAccess.RunAsync(
                context,
                new WarehouseCall("doctor", directory.Path, settingsFile)
                {
                    CarriedArguments = ["doctor", "--role", patient.ToString().ToLowerInvariant(), "--format", CommonOptions.Name(format)],
                },
                warehouse =>
                {
                    begun = true;
                    return ReportAsync(warehouse, null);
                },
                cancellationToken);
        }
        catch (VerbFault fault) when (!begun)
        {
            return await ReportAsync(null, Finding.Fault("warehouse", "reach", fault.Message));
        }

        async Task<int> ReportAsync(IWarehouse? warehouse, Finding? noWarehouse) =>
            await FindingsWriter.WriteAsync(await Examination.RunAsync(here, warehouse, noWarehouse, cancellationToken), format, context.Console, cancellationToken);
    }
}
