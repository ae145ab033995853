using System.Text;
using Reelay.Server.Catalog;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Catalog;

public class OrderJsonTests
{
    [Fact]
    public async Task An_order_is_stored_compactly_in_snake_case()
    {
        var order = await Orders.AcceptAsync("""{"prompt":"猫 + <b>","seconds":8}""");
        Assert.Equal(
            """{"model":"sora-2","upstream_models":["openai:sora-2"],"prompt":"猫 + <b>","mode":"t2v","seconds_echo":"8","size_echo":"720x1280","seconds":8,"width_pixels":720,"height_pixels":1280,"tier":"720p","count":1,"audio":true,"warnings":[],"media":[]}""",
            OrderJson.SerializeToString(order));
    }

    [Theory]
    [InlineData("""{"prompt":"x"}""")]
    [InlineData("""{"prompt":"x\n\"😀","model":"wan","metadata":{"a":[1,null,{"b":1.50}]},"user":"u","external_task_id":"e","fps":3,"zzz":1}""")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":10,"seed":1,"cfg_scale":0.25}""")]
    public async Task An_order_comes_back_as_it_was_stored(string json)
    {
        var order = await Orders.AcceptAsync(json);
        var stored = OrderJson.Serialize(order);
        Assert.Equal(stored, OrderJson.Serialize(OrderJson.Deserialize(stored)));
        Assert.Equal(stored, OrderJson.Serialize(OrderJson.Deserialize(Encoding.UTF8.GetString(stored))));
    }

    [Fact]
    public async Task Media_keep_their_role_by_name()
    {
        var body = Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.FilePart("input_reference", Bodies.Png));
        var text = OrderJson.SerializeToString((await Orders.ReadAsync(Bodies.Multipart, body)).Value!);
        Assert.Contains("\"media\":[{\"role\":\"first_frame\",\"asset_key\":\"upload/1\"", text, StringComparison.Ordinal);
        Assert.Equal(text, OrderJson.SerializeToString(OrderJson.Deserialize(text)));
    }

    [Fact]
    public void Lists_that_are_absent_are_empty()
    {
        var order = OrderJson.Deserialize(
            """{"model":"m","upstream_models":[],"prompt":"","mode":"t2v","seconds_echo":"4","size_echo":"s","seconds":4,"width_pixels":1,"height_pixels":1,"tier":"720p"}""");
        Assert.Empty(order.Warnings);
        Assert.Empty(order.Media);
    }
}
