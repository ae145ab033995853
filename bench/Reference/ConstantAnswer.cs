using System.Buffers;
using System.Text;

namespace Reelay.Reference;

/// <summary>The least that Kestrel can do for a status read: one route, no key, no look-up, 400 bytes that never change.</summary>
internal static class ConstantAnswer
{
    private const int LengthBytes = 400;
    private const string Head = """{"id":"video_0123456789abcdef","object":"video","pad":""";

    public static void Map(WebApplication app)
    {
        var json = Encoding.UTF8.GetBytes(Head + "\"" + new string('x', LengthBytes - Head.Length - 3) + "\"}");
        app.MapGet("/v1/videos/{id}", context =>
        {
            var response = context.Response;
            response.ContentType = "application/json";
            response.ContentLength = json.Length;
            response.BodyWriter.Write(json);
            return Task.CompletedTask;
        });
    }
}
