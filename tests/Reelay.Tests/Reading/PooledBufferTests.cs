using System.Security.Cryptography;
using Reelay.Server.Api.Reading;

namespace Reelay.Tests.Reading;

public class PooledBufferTests
{
    [Theory]
    [InlineData(512, 1, 700)]
    [InlineData(512, 700, 9)]
    [InlineData(1 << 20, 300_000, 11)]
    [InlineData(16, 3_000_000, 2)]
    public void What_was_written_in_pieces_is_read_in_one_and_can_be_added_to(int capacity, int pieceBytes, int count)
    {
        using var buffer = new PooledBuffer(capacity);
        using var expected = new MemoryStream();
        for (var round = 0; round < 2; round++)
        {
            for (var number = 0; number < count; number++)
            {
                var piece = RandomNumberGenerator.GetBytes(pieceBytes);
                expected.Write(piece);
                if (number % 2 == 0)
                {
                    buffer.Append(piece);
                    continue;
                }

                piece.CopyTo(buffer.GetSpan(pieceBytes));
                buffer.Advance(pieceBytes);
            }

            Assert.Equal(expected.Length, buffer.Length);
            Assert.Equal(expected.ToArray(), buffer.ToArray());
            Assert.Equal(expected.ToArray(), buffer.Written.ToArray());
            Assert.Equal(expected.Length, buffer.Length);
        }
    }

    [Fact]
    public void Nothing_written_is_nothing_read()
    {
        using var buffer = new PooledBuffer(512);
        Assert.Empty(buffer.Written.ToArray());
        Assert.Empty(buffer.ToArray());
    }
}
