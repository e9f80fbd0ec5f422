using System.Text;

namespace VkycEtl.Tests.Cli;

/// <summary>Text that can be read while it is written.</summary>
internal sealed class TextSink : MemoryStream
{
    private readonly Lock turn = new();

    public string Text
    {
        get
        {
            lock (turn)
                return Encoding.UTF8.GetString(ToArray());
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (turn)
            base.Write(buffer, offset, count);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (turn)
            base.Write(buffer);
    }
}
