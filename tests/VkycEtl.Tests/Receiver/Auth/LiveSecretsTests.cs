using System.Net;
using VkycEtl.Receiver;
using VkycEtl.Tests.Cli;

namespace VkycEtl.Tests.Receiver;

/// <summary>Secrets from a file that is replaced while the receiver runs, in each of the ways that files are.</summary>
public sealed class LiveSecretsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder folder = new();

    private string File => Path.Combine(folder.Path, "secrets");

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Ways { get; } = new() { "in place", "renamed over", "a swapped symlink" };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task New_secrets_count_without_a_restart_and_old_ones_no_more(string way)
    {
        Put("first", way, 1);
        await using var receiver = await StartAsync();
        Assert.True(await IsTakenAsync(receiver, "first"));
        Assert.False(await IsTakenAsync(receiver, "second"));

        // Both while the sender changes over, then the new one alone.
        Put("first\r\nsecond\n\n", way, 2);
        await UntilAsync(() => IsTakenAsync(receiver, "second"));
        Assert.True(await IsTakenAsync(receiver, "first"));
        Put("second", way, 3);
        await UntilAsync(async () => !await IsTakenAsync(receiver, "first"));
        Assert.True(await IsTakenAsync(receiver, "second"));
        Assert.Contains("2 secrets are good now", receiver.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("first", receiver.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("   \n")]
    [InlineData(null)]
    public async Task A_file_that_is_no_good_opens_nothing_and_closes_nothing(string? text)
    {
        await System.IO.File.WriteAllTextAsync(File, "first", TestContext.Current.CancellationToken);
        await using var receiver = await StartAsync();
        if (text is null)
            System.IO.File.Delete(File);
        else
            await System.IO.File.WriteAllTextAsync(File, text, TestContext.Current.CancellationToken);
        await UntilAsync(() => Task.FromResult(receiver.Log.Contains("the secrets of before stay", StringComparison.Ordinal)));
        Assert.True(await IsTakenAsync(receiver, "first"));
        Assert.False(await IsTakenAsync(receiver, ""));
        Assert.False(await IsTakenAsync(receiver, "   "));

        await System.IO.File.WriteAllTextAsync(File, "second", TestContext.Current.CancellationToken);
        await UntilAsync(() => IsTakenAsync(receiver, "second"));
    }

    [Fact]
    public void Half_a_file_is_never_a_secret()
    {
        var options = new AuthOptions { Kind = AuthKind.Bearer, SecretsFile = folder.Write("secrets", "first") };
        var secrets = new LiveSecrets(options);
        var first = secrets.Current;

        // A look in the middle of a write, and one after it.
        folder.Write("secrets", "sec");
        Assert.Equal(SecretsChange.None, secrets.Look().Change);
        folder.Write("secrets", "second");
        Assert.Equal(SecretsChange.None, secrets.Look().Change);
        Assert.Same(first, secrets.Current);
        Assert.Equal(new SecretsLook(SecretsChange.Taken, 1, null), secrets.Look());
        Assert.NotSame(first, secrets.Current);

        // A fault is told once, and again when it is another.
        folder.Write("secrets", "");
        Assert.Equal("there is no secret", secrets.Look().Fault);
        Assert.Null(secrets.Look().Fault);
        System.IO.File.WriteAllBytes(options.SecretsFile!, [0x61, 0x80, 0x62]);
        Assert.Equal("is not UTF-8", secrets.Look().Fault);
        System.IO.File.Delete(options.SecretsFile!);
        Assert.Contains("cannot be read", secrets.Look().Fault, StringComparison.Ordinal);
    }

    private Task<TestReceiver> StartAsync() => TestReceiver.StartAsync(options => options.Routes["default"] = new RouteOptions
    {
        Auth = new AuthOptions { Kind = AuthKind.Header, Header = "X-Key", SecretsFile = File },
    });

    private void Put(string text, string way, int version)
    {
        switch (way)
        {
            case "in place":
                System.IO.File.WriteAllText(File, text);
                break;
            case "renamed over":
                System.IO.File.Move(folder.Write("next", text), File, overwrite: true);
                break;
            default:
                // As Kubernetes mounts secrets: the file is a link through a folder that is swapped.
                var data = Path.Combine(folder.Path, $"..{version}");
                Directory.CreateDirectory(data);
                System.IO.File.WriteAllText(Path.Combine(data, "secrets"), text);
                System.IO.File.Delete(Path.Combine(folder.Path, "..data"));
                System.IO.File.CreateSymbolicLink(Path.Combine(folder.Path, "..data"), data);
                if (version == 1)
                    System.IO.File.CreateSymbolicLink(File, Path.Combine(folder.Path, "..data", "secrets"));
                break;
        }
    }

    private static async Task<bool> IsTakenAsync(TestReceiver receiver, string secret)
    {
        using var answer = await receiver.PostAsync("{}"u8.ToArray(), change: request => request.Headers.TryAddWithoutValidation("X-Key", secret));
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"not within {Patience}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
