using Reelay.Server.Assets.Bucket;

namespace Reelay.Tests.Assets;

/// <summary>Settings of the bucket: each mistake names its setting, and nothing says a secret.</summary>
public sealed class BucketSettingsTests
{
    private static readonly Dictionary<string, string?> Good = new()
    {
        ["Bucket"] = "media", ["Endpoint"] = "https://s3.example.com/", ["AccessKey"] = "id", ["SecretKey"] = "S3CRET",
    };

    [Fact]
    public void Without_any_setting_there_is_no_bucket_and_empty_ones_are_like_none()
    {
        Assert.Null(Read([]));
        Assert.Null(Read(new() { ["Bucket"] = "", ["Endpoint"] = " " }));
    }

    [Fact]
    public void Four_settings_are_enough_with_an_endpoint_and_a_region_in_its_place_for_Amazon()
    {
        var settings = Read(Good)!;
        Assert.Equal(("media", "us-east-1", "", true, 300, 30), (settings.Bucket, settings.Region, settings.Prefix, settings.ForcePathStyle, settings.LinkSeconds, settings.CallSeconds));
        var amazon = Read(new(Good) { ["Endpoint"] = null, ["Region"] = "eu-central-1", ["Prefix"] = "/a/b/" })!;
        Assert.Equal((null, "eu-central-1", "a/b/", false), (amazon.Endpoint, amazon.Region, amazon.Prefix, amazon.ForcePathStyle));
    }

    [Theory]
    [InlineData("Bucket", null, "Bucket is missing")]
    [InlineData("AccessKey", null, "AccessKey is missing")]
    [InlineData("SecretKey", "", "SecretKey is missing")]
    [InlineData("Endpoint", null, "Region is missing")]
    [InlineData("Bucket", "My_Bucket", "Bucket: 'My_Bucket'")]
    [InlineData("Endpoint", "s3.example.com", "Endpoint: ")]
    [InlineData("Endpoint", "https://user:S3CRET@s3.example.com", "Endpoint: ")]
    [InlineData("PublicEndpoint", "ftp://x", "PublicEndpoint: ")]
    [InlineData("Region", "here and there", "Region: 'here and there'")]
    [InlineData("Prefix", "a//b", "Prefix: 'a//b'")]
    [InlineData("ForcePathStyle", "yes", "ForcePathStyle: 'yes'")]
    [InlineData("LinkSeconds", "9", "LinkSeconds: '9'")]
    [InlineData("LinkSeconds", "3601", "LinkSeconds: '3601'")]
    [InlineData("CallSeconds", "soon", "CallSeconds: 'soon'")]
    [InlineData("AccesKey", "id", "AccesKey: there is no such setting")]
    public void A_mistake_names_its_setting(string name, string? value, string said)
    {
        var message = Assert.Throws<InvalidOperationException>(() => Read(new(Good) { [name] = value })).Message;
        Assert.StartsWith("Reelay:Assets:S3:" + said, message);
        Assert.DoesNotContain("S3CRET", message);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var message = Assert.Throws<InvalidOperationException>(() => Read(new() { ["Prefix"] = "a b" })).Message;
        Assert.All(["Bucket", "AccessKey", "SecretKey", "Region", "Prefix"], name => Assert.Contains("Reelay:Assets:S3:" + name, message));
    }

    [Fact]
    public void A_bound_above_what_a_bucket_keeps_is_refused()
    {
        BucketSettingsReader.CheckBound("Reelay:Engine:MaxResultBytes", BucketSettings.MaxFileBytes);
        var thrown = Assert.Throws<InvalidOperationException>(() => BucketSettingsReader.CheckBound("Reelay:Engine:MaxResultBytes", BucketSettings.MaxFileBytes + 1));
        Assert.StartsWith("Reelay:Engine:MaxResultBytes: 5368709121 is more than", thrown.Message);
    }

    private static BucketSettings? Read(Dictionary<string, string?> values) => BucketSettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(pair => "Reelay:Assets:S3:" + pair.Key, pair => pair.Value)).Build());
}
