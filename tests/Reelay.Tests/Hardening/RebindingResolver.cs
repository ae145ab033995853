using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Reelay.Tests.Hardening;

/// <summary>A name server on loopback that gives one address and another in turns, each good for no time at all, and the client that asks it.</summary>
internal sealed class RebindingResolver : IDisposable
{
    private readonly UdpClient _server = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly IPAddress[] _answers;
    private readonly Task _loop;
    private int _count;

    public RebindingResolver(params IPAddress[] answers)
    {
        _answers = answers;
        _loop = ServeAsync();
    }

    /// <summary>Questions so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Asks for the IPv4 address of a name.</summary>
    public async Task<IPAddress[]> AskAsync(string host, CancellationToken cancellationToken)
    {
        using var client = new UdpClient();
        client.Connect((IPEndPoint)_server.Client.LocalEndPoint!);
        byte[] question = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. host.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. System.Text.Encoding.ASCII.GetBytes(label)]), 0, 0, 1, 0, 1];
        await client.SendAsync(question, cancellationToken);
        var answer = (await client.ReceiveAsync(cancellationToken)).Buffer;
        return [new IPAddress(answer.AsSpan(answer.Length - 4))];
    }

    public void Dispose() => _server.Dispose();

    private async Task ServeAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var asked = await _server.ReceiveAsync();
                var address = _answers[(Interlocked.Increment(ref _count) - 1) % _answers.Length];

                // The question, marked as an answer with one record: the name by reference, type A, class IN, no time to live, four bytes.
                byte[] answer = [.. asked.Buffer, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, .. address.GetAddressBytes()];
                BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2), 0x8180);
                BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), 1);
                await _server.SendAsync(answer, asked.RemoteEndPoint);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }
}
