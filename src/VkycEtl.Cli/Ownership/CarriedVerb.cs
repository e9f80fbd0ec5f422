using System.Buffers.Binary;
using System.Text.Json;

namespace VkycEtl.Cli.Ownership;

/// <summary>A verb of one process that runs inside another, which owns the warehouse.</summary>
/// <param name="Arguments">The verb and its options.</param>
/// <param name="Input">Standard input, or null where there is none.</param>
/// <param name="Width">Columns of the terminal; null where the output is none.</param>
internal sealed record CarriedVerb(IReadOnlyList<string> Arguments, byte[]? Input, int? Width)
{
    /// <summary>The zone of times in tables, by its IANA name.</summary>
    public string Zone { get; init; } = TimeZoneInfo.Utc.Id;

    /// <summary>Whether the output is a terminal that shows colours.</summary>
    public bool HasColour { get; init; }
}

/// <summary>
/// What goes over the owner's socket. There: one <see cref="CarriedVerb"/> as JSON behind its length. Back: frames of a kind, a length and bytes.
/// </summary>
internal static class CarriedWire
{
    /// <summary>A request may be as long as this (64 MiB: SQL and its parameters).</summary>
    public const int LongestRequest = 64 << 20;

    /// <summary>A frame of standard output.</summary>
    public const byte Output = 1;

    /// <summary>A frame of standard error.</summary>
    public const byte Error = 2;

    /// <summary>The last frame: the exit code.</summary>
    public const byte Exit = 3;

    /// <summary>Sends the request.</summary>
    public static async Task SendAsync(Stream stream, CarriedVerb verb, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(verb);
        if (json.Length > LongestRequest)
            throw new VerbFault(ExitCode.Usage, "the SQL is too long to be carried to the process that owns the warehouse (64 MiB).");
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, json.Length);
        await stream.WriteAsync(length, cancellationToken);
        await stream.WriteAsync(json, cancellationToken);
    }

    /// <summary>Receives the request.</summary>
    /// <exception cref="InvalidDataException">What came is no request.</exception>
    public static async Task<CarriedVerb> ReceiveAsync(Stream stream, CancellationToken cancellationToken)
    {
        var length = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(length, cancellationToken);
        var count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count is < 0 or > LongestRequest)
            throw new InvalidDataException("not a request");
        var json = new byte[count];
        await stream.ReadExactlyAsync(json, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize<CarriedVerb>(json) ?? throw new InvalidDataException("not a request");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("not a request", exception);
        }
    }
}

/// <summary>A standard stream of a carried verb: what is written becomes frames on the socket.</summary>
internal sealed class FrameStream(Stream socket, byte kind, SemaphoreSlim turn) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var header = new byte[5];
        header[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(1), buffer.Length);

        // Output and errors share the socket; a frame goes out whole.
        await turn.WaitAsync(cancellationToken);
        try
        {
            await socket.WriteAsync(header, cancellationToken);
            await socket.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
