using System.Runtime.InteropServices;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Verbs;

// Not disposed of: a signal may still come when everything else has ended.
var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var console = VerbConsole.OfProcess();
return await VkycCommand.RunAsync(new VerbContext(console, TimeProvider.System), args, stopping.Token);

// The first signal asks for a graceful stop; the second is the kernel's, and ends the process.
void Stop(PosixSignalContext signal)
{
    if (stopping.IsCancellationRequested)
        return;
    signal.Cancel = true;
    stopping.Cancel();
}
