using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace VkycEtl.Cli.Hosting;

/// <summary>Whether an address is free, and who has it where not.</summary>
internal static class PortHolder
{
    /// <summary>Refuses the address of a URL that is taken. A name that only the web server resolves is left to it.</summary>
    /// <exception cref="VerbFault">Names the holder, where the system tells, and the cure.</exception>
    public static void EnsureFree(string url, string cure)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
            return;
        if (parsed.Host == "localhost")
            EnsureFree(IPAddress.Loopback, parsed.Port, cure);
        else if (IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var address))
            EnsureFree(address, parsed.Port, cure);
    }

    /// <summary>Refuses an address that is taken.</summary>
    /// <exception cref="VerbFault">Names the holder, where the system tells, and the cure.</exception>
    public static void EnsureFree(IPAddress address, int port, string cure)
    {
        if (Probe(address, port) is not { } refusal)
            return;
        var what = refusal.SocketErrorCode switch
        {
            SocketError.AccessDenied => "may not be used by this user",
            SocketError.AddressNotAvailable => "is no address of this machine",
            _ => $"is taken by {Find(port) ?? "another process"}",
        };
        throw new VerbFault(ExitCode.Usage, $"{new IPEndPoint(address, port)} {what}: {cure}.", refusal);
    }

    /// <summary>Whether an address is free now.</summary>
    public static bool IsFree(IPAddress address, int port) => Probe(address, port) is null;

    private static SocketException? Probe(IPAddress address, int port)
    {
        if (port == 0)
            return null;
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As the web server does on Unix: a port whose last connections are still closing is free.
            if (!OperatingSystem.IsWindows())
                probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            probe.Bind(new IPEndPoint(address, port));
            probe.Listen(1);
            return null;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable)
        {
            return exception;
        }
    }

    // Linux tells the inode of a listening socket, and which of our user's processes has it open.
    private static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var sockets = Inodes(port).Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        if (sockets.Count == 0)
            return null;
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[6])))
        {
            try
            {
                if (Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(fd => sockets.Contains(TargetOf(fd))))
                    return $"process {process[6..]} ({File.ReadAllText(Path.Combine(process, "comm")).Trim()})";
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone in the meantime: it cannot be named.
            }
        }

        return null;
    }

    // A process at work opens and closes others all the time: one that is closed in the meantime says nothing of the rest.
    private static string TargetOf(string fd)
    {
        try
        {
            return File.ResolveLinkTarget(fd, returnFinalTarget: false)?.Name ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static IEnumerable<string> Inodes(int port)
    {
        var local = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        const string listening = "0A";
        foreach (var table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            if (!File.Exists(table))
                continue;
            foreach (var fields in File.ReadLines(table).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                if (fields.Length > 9 && fields[1].EndsWith(local, StringComparison.Ordinal) && fields[3] == listening)
                    yield return fields[9];
            }
        }
    }
}
