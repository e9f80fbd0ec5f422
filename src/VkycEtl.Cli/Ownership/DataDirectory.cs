using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.Json;

namespace VkycEtl.Cli.Ownership;

/// <summary>Who owns a data directory, as it wrote itself down.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Verb">Its verb.</param>
/// <param name="Cure">What a person can do about it.</param>
internal sealed record Owner(int Pid, string Verb, string Cure)
{
    /// <summary>In words.</summary>
    public override string ToString() => $"'vkyc {Verb}' (process {Pid})";
}

/// <summary>
/// The directory (DIR) that holds what one process keeps on this machine: the DuckDB file, the lock that says whose it is, and the socket by
/// which other processes reach it.
/// </summary>
internal sealed class DataDirectory(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The directory of every verb, unless told otherwise.</summary>
    public const string Default = ".vkyc";

    /// <summary>Absolute path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>
    /// The DuckDB file. DuckDB names a catalog after its file: one called vkyc would make every <c>vkyc.events</c> ambiguous with the schema.
    /// </summary>
    public string DatabaseFile => System.IO.Path.Combine(Path, "warehouse.duckdb");

    /// <summary>What BI tools and notebooks read, while a process has the DuckDB file.</summary>
    public string Published => System.IO.Path.Combine(Path, "published");

    /// <summary>The owner's socket.</summary>
    public string SocketFile => System.IO.Path.Combine(Path, SocketName);

    /// <summary>The socket's name in the directory.</summary>
    public const string SocketName = "owner.sock";

    private string LockFile => System.IO.Path.Combine(Path, "owner.lock");

    private string OwnerFile => System.IO.Path.Combine(Path, "owner.json");

    /// <summary>Whether the directory exists.</summary>
    public bool Exists => Directory.Exists(Path);

    /// <summary>
    /// Takes the directory if nobody has it. The kernel frees the lock with its process, so one that was killed is never in the way.
    /// </summary>
    /// <param name="verb">The verb that wants it.</param>
    /// <param name="held">The lock; disposing of it frees the directory.</param>
    public bool TryTake(string verb, [NotNullWhen(true)] out IDisposable? held)
    {
        Create();
        FileStream file;
        try
        {
            file = new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            held = null;
            return false;
        }

        // A socket of an owner that was killed would refuse every connection.
        File.Delete(SocketFile);
        WriteOwner(new Owner(Environment.ProcessId, verb, verb is "up" or "worker" ? "stop it (Ctrl-C there) or give another --data" : "try again"));
        held = file;
        return true;
    }

    /// <summary>The owner's own words about itself; null where it wrote none (yet).</summary>
    public Owner? ReadOwner()
    {
        try
        {
            return JsonSerializer.Deserialize<Owner>(File.ReadAllBytes(OwnerFile));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The fault of finding the directory in use.</summary>
    public VerbFault InUse()
    {
        var owner = ReadOwner();
        return new VerbFault(
            ExitCode.Usage,
            $"{Path} is in use by {owner?.ToString() ?? "another process"}: {owner?.Cure ?? "stop it or give another --data"}.");
    }

    /// <summary>
    /// A listening socket in the directory that only its owner can open. Its mode is set between bind and listen: nobody can connect before.
    /// </summary>
    public Socket Listen()
    {
        using var road = SocketRoad.To(Path, SocketName);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(road.Path));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(SocketFile, OwnerOnly);
        socket.Listen();
        return socket;
    }

    /// <summary>Connects to the owner; null where it does not listen.</summary>
    public async Task<Socket?> TryConnectAsync(CancellationToken cancellationToken)
    {
        using var road = SocketRoad.To(Path, SocketName);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(road.Path), cancellationToken);
            return socket;
        }
        catch (SocketException)
        {
            // Starting, stopping, or gone: the caller asks for the lock again.
            socket.Dispose();
            return null;
        }
    }

    // EWOULDBLOCK on Linux (11) and macOS (35), and Windows' sharing violation.
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 || (exception.HResult & 0xFFFF) == 32;

    private void Create()
    {
        if (Exists)
            return;
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(Path);
            else
                Directory.CreateDirectory(Path, OwnerOnly | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VerbFault(ExitCode.Usage, $"{Path} cannot be made: {exception.Message} Give another --data.", exception);
        }
    }

    private void WriteOwner(Owner owner)
    {
        var draft = OwnerFile + ".new";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(owner));
        File.Move(draft, OwnerFile, overwrite: true);
    }
}
