using System.Text;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Catalog;

public class MutatedBodyTests
{
    private static readonly string[] _bodies =
    [
        """{"model":"sora-2","prompt":"waves 猫","seconds":"8","size":"1280x720","metadata":{"a":1,"b":[1,2]},"user":"u","n":1}""",
        """{"prompt":"x","input_reference":{"image_url":"data:image/png;base64,iVBORw0KGgoAAAANAQIDBA=="},"extra_body":{"seed":1}}""",
        """{"content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"iVBORw0KGgoAAAANAQIDBA=="}}],"duration":4}""",
        """{"prompt":"\ud83d\ude00","width":1280,"height":720,"quality":"hd","cfg_scale":0.5,"sound":"on","model":"lab"}""",
    ];

    [Fact]
    public async Task Two_thousand_mutated_bodies_are_accepted_or_refused_and_never_throw()
    {
        var random = new Random(20261121);
        var accepted = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var json = _bodies[random.Next(_bodies.Length)];
            var (type, body) = random.Next(3) switch
            {
                0 => (Bodies.Json, Encoding.UTF8.GetBytes(json)),
                1 => (Bodies.Multipart, Bodies.ToMultipart(json)),
                _ => (Bodies.UrlEncoded, Bodies.ToUrlEncoded(json)),
            };
            var sink = new MemorySink();
            var result = await Orders.ReadAsync(type, Mutate(body, random), sink: sink);
            if (result.Error is { } error)
            {
                Assert.InRange(error.Status, 400, 415);
                Assert.NotEqual(409, error.Status);
                Assert.Empty(sink.Stored);
            }
            else
            {
                accepted++;
                Assert.Equal(result.Value!.Media.Count, sink.Stored.Count);
            }
        }

        Assert.InRange(accepted, 1, 1_999);
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        var bytes = body.ToList();
        for (var change = random.Next(1, 4); change > 0 && bytes.Count > 1; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, (byte)"{}[]\",:&=%\\\0\r\n-"[random.Next(15)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
