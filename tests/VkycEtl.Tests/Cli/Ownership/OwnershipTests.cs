using System.Text;
using VkycEtl.Cli;
using VkycEtl.Cli.Output;
using VkycEtl.Cli.Ownership;

namespace VkycEtl.Tests.Cli.Ownership;

public sealed class OwnershipTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_directory_belongs_to_one_and_names_its_holder()
    {
        using var folder = new TemporaryFolder();
        var directory = new DataDirectory(Path.Combine(folder.Path, "dir"));
        Assert.True(directory.TryTake("up", out var held));
        Assert.False(new DataDirectory(directory.Path).TryTake("query", out _));
        var fault = directory.InUse();
        Assert.Equal(ExitCode.Usage, fault.Code);
        Assert.Contains($"'vkyc up' (process {Environment.ProcessId})", fault.Message, StringComparison.Ordinal);
        Assert.Contains("--data", fault.Message, StringComparison.Ordinal);

        held.Dispose();
        Assert.True(directory.TryTake("query", out held));
        held.Dispose();
    }

    [Fact]
    public void Directory_and_socket_are_their_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new TemporaryFolder();
        var directory = new DataDirectory(Path.Combine(folder.Path, "dir"));
        Assert.True(directory.TryTake("up", out var held));
        using var listener = directory.Listen();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.SocketFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.Path));
        held.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    public async Task A_verb_is_carried_with_its_input_output_and_exit_code(int depth)
    {
        using var folder = new TemporaryFolder();
        var directory = new DataDirectory(Path.Combine(folder.Path, new string('d', depth), new string('e', depth)));
        Assert.True(directory.TryTake("up", out var held));
        await using (new OwnerSocket(directory, async (verb, console, cancellationToken) =>
        {
            using var input = new StreamReader(console.Input);
            await console.Out.WriteAsync($"{string.Join('|', verb.Arguments)} {console.Width} {await input.ReadToEndAsync(cancellationToken)}");
            await console.Error.WriteAsync("to error é");
            await console.Output.WriteAsync(new byte[] { 0, 255 }, cancellationToken);
            return 7;
        }))
        {
            var (code, output, error) = await CallAsync(directory, new CarriedVerb(["query", "--format", "csv"], "SELECT 'ü'"u8.ToArray(), 99));
            Assert.Equal(7, code);
            Assert.Equal([.. Encoding.UTF8.GetBytes("query|--format|csv 99 SELECT 'ü'"), 0, 255], output);
            Assert.Equal("to error é", Encoding.UTF8.GetString(error));
        }

        held.Dispose();
    }

    [Fact]
    public async Task What_a_killed_owner_leaves_behind_is_not_in_the_way()
    {
        using var folder = new TemporaryFolder();
        var directory = new DataDirectory(folder.Path);
        Assert.True(directory.TryTake("up", out var held));
        var listener = directory.Listen();

        // .NET removes the socket's file when it closes it; a kill does not.
        File.Move(directory.SocketFile, directory.SocketFile + ".left");
        listener.Close();
        held.Dispose();
        File.Move(directory.SocketFile + ".left", directory.SocketFile);

        Assert.Null(await directory.TryConnectAsync(Cancellation));
        Assert.True(directory.TryTake("up", out held));
        using (directory.Listen())
            Assert.NotNull(await directory.TryConnectAsync(Cancellation));
        held.Dispose();
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_its_verb()
    {
        using var folder = new TemporaryFolder();
        var directory = new DataDirectory(folder.Path);
        Assert.True(directory.TryTake("up", out var held));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (new OwnerSocket(directory, async (_, _, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            begun.SetResult();
            await cancelled.Task;
            return 0;
        }))
        {
            var socket = await directory.TryConnectAsync(Cancellation);
            await using (var stream = new System.Net.Sockets.NetworkStream(socket!, ownsSocket: true))
            {
                await CarriedWire.SendAsync(stream, new CarriedVerb(["query"], null, null), Cancellation);
                await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
            }

            await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        }

        held.Dispose();
    }

    [Fact]
    public async Task Nonsense_on_the_socket_harms_nobody()
    {
        using var folder = new TemporaryFolder();
        var directory = new DataDirectory(folder.Path);
        Assert.True(directory.TryTake("up", out var held));
        await using (new OwnerSocket(directory, (_, _, _) => Task.FromResult(3)))
        {
            foreach (var nonsense in (byte[][])[[], [1], [255, 255, 255, 127], [2, 0, 0, 0, (byte)'x', (byte)'y'], [4, 0, 0, 0, .. "null"u8]])
            {
                using var socket = await directory.TryConnectAsync(Cancellation);
                await socket!.SendAsync(nonsense, Cancellation);
            }

            Assert.Equal(3, (await CallAsync(directory, new CarriedVerb(["audit"], null, null))).Code);
        }

        held.Dispose();
    }

    [Fact]
    public async Task An_owner_that_stops_lets_its_callers_finish()
    {
        using var folder = new TemporaryFolder();
        var directory = new DataDirectory(folder.Path);
        Assert.True(directory.TryTake("up", out var held));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var owner = new OwnerSocket(directory, async (_, _, _) =>
        {
            begun.SetResult();
            await mayEnd.Task;
            return 4;
        });
        var calling = CallAsync(directory, new CarriedVerb(["audit"], null, null));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        var stopping = owner.DisposeAsync().AsTask();
        Assert.False(stopping.IsCompleted);
        mayEnd.SetResult();
        await stopping.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(4, (await calling).Code);
        held.Dispose();
    }

    private static async Task<(int? Code, byte[] Output, byte[] Error)> CallAsync(DataDirectory directory, CarriedVerb verb)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var console = new VerbConsole(Stream.Null, output, error, Width: null, HasInput: false);
        var socket = await directory.TryConnectAsync(Cancellation);
        var code = await CarriedCall.RunAsync(socket!, verb, console, Cancellation);
        return (code, output.ToArray(), error.ToArray());
    }
}
